package io.entrarelay.cli;

import io.entrarelay.console.Passwords;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code user password}. */
@Command(
    name = "password",
    description = "Replace a user's password; the new one is made and shown once.")
final class UserPassword implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private UserCommand users;

  @Parameters(paramLabel = "NAME", description = "The user.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(
      names = "--password-stdin",
      description = "Take the first line of standard input as the password.")
  private boolean given;

  @Override
  public Integer call() {
    String valid = UserCommand.name(spec, name);
    String password = UserCommand.password(spec, given);
    try (Beside state = Beside.of(users.root())) {
      if (!state.store().users().setPassword(valid, Passwords.hash(password), UserCommand.who())) {
        throw UserCommand.unknown(spec, valid);
      }
    }
    return Answer.lines(
        spec, "The password of " + valid + " is changed" + (given ? "." : ": " + password));
  }
}
