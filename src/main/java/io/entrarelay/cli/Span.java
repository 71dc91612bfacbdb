package io.entrarelay.cli;

import io.entrarelay.config.DurationText;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A span of records' times that is to be read, as {@code --from} and {@code --to} say it. */
record Span(Instant from, Instant to) {

  /**
   * Checks what was written.
   *
   * @param to null for now
   * @param remember what was taken longer ago may be forgotten, and would come out again
   * @param again whether that is wanted
   */
  static Span of(
      CommandSpec spec,
      String from,
      @Nullable String to,
      Instant now,
      Duration remember,
      boolean again) {
    Instant begins = Times.parse(spec, "--from", from);
    Instant ends = to == null ? now : Times.parse(spec, "--to", to);
    if (!begins.isBefore(ends)) {
      throw usage(spec, "--from " + begins + " is not before --to " + ends);
    }
    if (!begins.isBefore(now)) {
      throw usage(spec, "--from " + begins + " lies in the future");
    }
    boolean forgotten = begins.isBefore(now.minus(remember));
    if (forgotten && !again) {
      throw usage(
          spec,
          "--from "
              + begins
              + " is older than relay.collect.remember ("
              + DurationText.format(remember)
              + "): what was taken of that span may be forgotten, and would come out a second time."
              + " To read it all the same, add --again");
    }
    if (forgotten) {
      spec.commandLine()
          .getErr()
          .println(
              "The span is older than relay.collect.remember ("
                  + DurationText.format(remember)
                  + "): records that were taken before come out a second time.");
    }
    return new Span(begins, ends.isBefore(now) ? ends : now);
  }

  private static ParameterException usage(CommandSpec spec, String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
