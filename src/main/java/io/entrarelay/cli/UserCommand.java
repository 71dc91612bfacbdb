package io.entrarelay.cli;

import io.entrarelay.config.Role;
import io.entrarelay.console.Passwords;
import io.entrarelay.state.Users;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code user}: those who may sign in to the console by a password. */
@Command(
    name = "user",
    description = {
      "Those who may sign in to the console by a password: list, add, remove, change.",
      "viewer sees; operator also pauses, resumes and sends again; tenant-administrator also adds"
          + " and removes tenants and their credentials. A change ends the user's sessions."
    },
    subcommands = {
      UserList.class,
      UserAdd.class,
      UserPassword.class,
      UserRole.class,
      UserRemove.class
    },
    footer = {
      "  entra-relay user add kim --role operator",
      "  entra-relay user password admin         makes a new one and shows it"
    },
    footerHeading = "%nExamples:%n")
final class UserCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  EntraRelay root() {
    return root;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say which: user list, add, password, role or remove");
  }

  /** Who asks, for the audit log. */
  static String who() {
    return System.getProperty("user.name", "") + " (command line)";
  }

  static String name(CommandSpec spec, String name) {
    if (!Users.NAME.matcher(name).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "'" + name + "' is no user's name: up to 64 letters, digits and . _ @ -");
    }
    return name;
  }

  static Role role(CommandSpec spec, String text) {
    return Role.of(text)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "'" + text + "' is no role: write one of " + String.join(", ", Role.texts())));
  }

  /** The first line of standard input; or a random one, where it isn't to be read. */
  static String password(CommandSpec spec, boolean given) {
    if (!given) {
      return Passwords.random();
    }
    try {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
      String line = in.readLine();
      String password = line == null ? "" : line;
      String fault = Passwords.fault(password);
      if (!fault.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "The password on standard input " + fault + ". Give another one");
      }
      return password;
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "The password can't be read from standard input: " + e.getMessage());
    }
  }

  static ParameterException unknown(CommandSpec spec, String name) {
    return new ParameterException(
        spec.commandLine(), "There is no user " + name + ": entra-relay user list shows them");
  }
}
