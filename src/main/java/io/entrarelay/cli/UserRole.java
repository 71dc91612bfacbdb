package io.entrarelay.cli;

import io.entrarelay.config.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code user role}. */
@Command(name = "role", description = "Give a user another role.")
final class UserRole implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private UserCommand users;

  @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Parameters(
      index = "1",
      paramLabel = "ROLE",
      description = "viewer, operator or tenant-administrator")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String role;

  @Override
  public Integer call() {
    String valid = UserCommand.name(spec, name);
    Role as = UserCommand.role(spec, role);
    try (Beside state = Beside.of(users.root())) {
      if (!state.store().users().setRole(valid, as, UserCommand.who())) {
        throw UserCommand.unknown(spec, valid);
      }
    }
    return Answer.lines(spec, valid + " is " + as.text() + " now.");
  }
}
