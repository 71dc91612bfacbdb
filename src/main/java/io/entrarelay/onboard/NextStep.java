package io.entrarelay.onboard;

import io.entrarelay.state.Standing;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What a person does next about an integration, in words; the reasons say what is wrong. */
public final class NextStep {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private NextStep() {}

  /**
   * One or two sentences.
   *
   * @param name the integration's, for the commands
   */
  public static String of(Standing standing, String name) {
    return switch (standing.state()) {
      case AWAITING_CONSENT -> "Have an administrator of the tenant consent to the application.";
      case PROVISIONING ->
          standing.reasons().isEmpty()
              ? "Nothing: the first records are on their way."
              : "If you have just set it up, nothing: what is granted takes some minutes to reach"
                  + " all of Microsoft's servers, and it is tried again by itself"
                  + until(standing)
                  + ". Otherwise do what the first reason says; to try at once: entra-relay"
                  + " integration refresh "
                  + name
                  + ".";
      case COLLECTING -> "Nothing: all is well.";
      case DEGRADED ->
          "Do what the reason says. It is tried again by itself; to have it tried at once, and more"
              + " often for an hour: entra-relay integration refresh "
              + name
              + ". Nothing is lost meanwhile as long as Graph keeps it.";
      case PAUSED ->
          "Let it go on: entra-relay integration resume "
              + name
              + ". What Graph still keeps of the time between is read then.";
      case FAILED ->
          "Do what the reason says, then have it tried again for an hour: entra-relay integration"
              + " refresh "
              + name
              + ".";
    };
  }

  private static String until(Standing standing) {
    Instant until = standing.until();
    return until == null ? "" : " until " + MINUTE.format(until);
  }
}
