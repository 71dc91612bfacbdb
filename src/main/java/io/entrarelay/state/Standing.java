package io.entrarelay.state;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How an integration fares since a moment.
 *
 * @param reasons why, in the order in which they stand in the way; empty where all is well
 * @param until while {@link State#PROVISIONING}: until when it is tried again by itself, to the
 *     millisecond; null in any other state, and in what older versions have noted
 */
public record Standing(State state, Instant since, List<Reason> reasons, @Nullable Instant until) {

  /** Where an integration is on its way, and whether all is well. */
  public enum State {
    /** No administrator of the tenant has consented to the application yet. */
    AWAITING_CONSENT,
    /** Not every report was read yet, and it is tried again by itself. */
    PROVISIONING,
    /** Every report is read. */
    COLLECTING,
    /** It was read, and now a report or all of them can't be. */
    DEGRADED,
    /** Someone has stopped it for a while. */
    PAUSED,
    /** Nothing could be read within the time for that: someone has to act. */
    FAILED;

    /** As people read it: {@code awaiting consent}. */
    public String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * Why an integration is not well.
   *
   * @param about a report, or a step on the way to all of them: {@code certificate, token,
   *     permissions, licence}
   * @param code what kind of problem it is, the same for the same kind
   * @param text what is wrong and what to do, in sentences of one line
   */
  public record Reason(String about, String code, String text) {}

  public Standing {
    reasons = List.copyOf(reasons);
    until = until == null ? null : until.truncatedTo(ChronoUnit.MILLIS);
  }

  public Standing(State state, Instant since, List<Reason> reasons) {
    this(state, since, reasons, null);
  }

  /** Whether nothing but the time and the words is another. */
  public boolean isAs(Standing other) {
    return state == other.state
        && Objects.equals(until, other.until)
        && kinds().equals(other.kinds());
  }

  private Set<String> kinds() {
    return reasons.stream()
        .map(reason -> reason.about + ": " + reason.code)
        .collect(Collectors.toSet());
  }
}
