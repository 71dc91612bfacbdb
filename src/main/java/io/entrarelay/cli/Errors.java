package io.entrarelay.cli;

import io.entrarelay.config.ReportedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** How errors are told: on standard error, without a stack trace. */
final class Errors {
  /** Something that no part of the product expects. */
  private static final int UNEXPECTED = 1;

  private Errors() {}

  static int wrongUsage(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(sentence(firstLine(error)));
    UnmatchedArgumentException.printSuggestions(error, err);
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
    return ReportedException.BAD_CONFIGURATION;
  }

  static int failed(Exception error, CommandLine command, Path data, boolean verbose) {
    PrintWriter err = command.getErr();
    if (error instanceof ReportedException reported) {
      err.println(reported.getMessage());
      if (verbose && reported.getCause() != null) {
        reported.getCause().printStackTrace(err);
      }
      return reported.exitCode();
    }
    err.print(sentence("Unexpected " + error.getClass().getSimpleName() + ": " + firstLine(error)));
    if (verbose) {
      err.println();
      error.printStackTrace(err);
    } else {
      err.println(
          keep(error, data)
              .map(file -> " Its stack trace is in " + file)
              .orElse(" --verbose shows its stack trace"));
    }
    return UNEXPECTED;
  }

  private static String firstLine(Exception error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  /** Keeps what a second run may not show again, readable by the user alone. */
  private static Optional<Path> keep(Exception error, Path data) {
    try {
      Path directory =
          Files.isWritable(data) ? data : Path.of(System.getProperty("java.io.tmpdir"));
      Path file = Files.createTempFile(directory, "entra-relay-error-", ".log");
      try (PrintWriter out = new PrintWriter(file.toFile(), StandardCharsets.UTF_8)) {
        error.printStackTrace(out);
      }
      return Optional.of(file);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
