package io.entrarelay.cli;

import io.entrarelay.state.Users.User;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code user list}. */
@Command(name = "list", description = "Each user with the role, and when it was changed last.")
final class UserList implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private UserCommand users;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    List<User> all;
    try (Beside state = Beside.of(users.root())) {
      all = state.store().users().list();
    }
    if (json) {
      return Answer.json(spec, Map.of("users", all.stream().map(UserList::object).toList()));
    }
    if (all.isEmpty()) {
      return Answer.lines(spec, "No user. The first start of run makes one.");
    }
    for (User user : all) {
      spec.commandLine()
          .getOut()
          .printf("%-24s %-22s %s%n", user.name(), user.role().text(), changed(user));
    }
    return 0;
  }

  private static Map<String, Object> object(User user) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", user.name());
    object.put("role", user.role().text());
    object.put("changedAt", changed(user));
    return object;
  }

  private static String changed(User user) {
    return Instant.ofEpochMilli(user.changedAt()).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
