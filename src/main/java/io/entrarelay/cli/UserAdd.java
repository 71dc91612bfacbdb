package io.entrarelay.cli;

import io.entrarelay.config.Role;
import io.entrarelay.console.Passwords;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code user add}. */
@Command(
    name = "add",
    description = "Add a user; a password is made and shown once.",
    footer = {
      "  entra-relay user add kim --role operator",
      "  entra-relay user add kim --role operator --password-stdin < password.txt"
    },
    footerHeading = "%nExamples:%n")
final class UserAdd implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private UserCommand users;

  @Parameters(paramLabel = "NAME", description = "How the user signs in.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      required = true,
      description = "viewer, operator or tenant-administrator")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String role;

  @Option(
      names = "--password-stdin",
      description = "Take the first line of standard input as the password.")
  private boolean given;

  @Override
  public Integer call() {
    String valid = UserCommand.name(spec, name);
    Role as = UserCommand.role(spec, role);
    String password = UserCommand.password(spec, given);
    try (Beside state = Beside.of(users.root())) {
      if (!state.store().users().add(valid, as, Passwords.hash(password), UserCommand.who())) {
        throw new ParameterException(
            spec.commandLine(),
            "There is a user " + valid + " already: entra-relay user password or role changes it");
      }
    }
    return Answer.lines(
        spec, "Added " + valid + " as " + as.text() + (given ? "." : ", password " + password));
  }
}
