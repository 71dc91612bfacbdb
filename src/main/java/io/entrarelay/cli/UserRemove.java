package io.entrarelay.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code user remove}. */
@Command(name = "remove", description = "Remove a user; the audit log keeps the name.")
final class UserRemove implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private UserCommand users;

  @Parameters(paramLabel = "NAME", description = "The user.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Override
  public Integer call() {
    String valid = UserCommand.name(spec, name);
    try (Beside state = Beside.of(users.root())) {
      if (!state.store().users().remove(valid, UserCommand.who())) {
        throw UserCommand.unknown(spec, valid);
      }
    }
    return Answer.lines(spec, "Removed " + valid + ".");
  }
}
