package io.entrarelay.simulator;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long Entra and Graph take to learn of a consent, in stages one after the other, each counted
 * from the end of the one before. Microsoft promises no time for any of them.
 *
 * @param unknown the token endpoint doesn't know the application: AADSTS7000229 and AADSTS700016 in
 *     turn
 * @param intermittent a token without roles, and AADSTS7000229, in turn
 * @param withoutRoles tokens are without the permissions just granted
 * @param refused tokens have them, and Graph answers 401 and 403 in turn
 */
public record ReplicationLag(
    Duration unknown, Duration intermittent, Duration withoutRoles, Duration refused) {
  private static final Pattern TIME = Pattern.compile("(\\d{1,8})(ms|s|m|h)");
  public static final ReplicationLag NONE = each(Duration.ZERO);

  public ReplicationLag {
    for (Duration stage : new Duration[] {unknown, intermittent, withoutRoles, refused}) {
      if (stage.isNegative() || stage.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("A stage of the replication lag is 0 s to 1 day.");
      }
    }
  }

  /** Each stage as long as the others. */
  public static ReplicationLag each(Duration stage) {
    return new ReplicationLag(stage, stage, stage, stage);
  }

  /**
   * Reads one time for each stage, or four with commas between them: {@code 2s} or {@code
   * 2s,0s,1s,500ms}.
   *
   * @throws IllegalArgumentException saying what it should be
   */
  public static ReplicationLag parse(String text) {
    List<Duration> stages =
        Arrays.stream(text.trim().split("\\s*,\\s*", -1)).map(ReplicationLag::duration).toList();
    return switch (stages.size()) {
      case 1 -> ReplicationLag.each(stages.get(0));
      case 4 -> new ReplicationLag(stages.get(0), stages.get(1), stages.get(2), stages.get(3));
      default ->
          throw new IllegalArgumentException(
              "A replication lag is one time, or four: unknown, intermittent, without roles,"
                  + " refused; such as 5s, or 5s,0s,10s,500ms.");
    };
  }

  private static Duration duration(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("A time is such as 500ms, 5s or 2m, not " + text + ".");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }
}
