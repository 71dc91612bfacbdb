package io.entrarelay.state;

import io.entrarelay.config.OneLine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A record that was set aside.
 *
 * @param stage where: {@code cut}, {@code mapping.<form>} or {@code sink.<name>}
 * @param reason why, cut to what its column holds, {@value #LONGEST_REASON} characters, and a space
 *     for each control character: it may quote the record, and not every database takes U+0000
 * @param form the form of {@code record} where a sink's receiver refused it; null where it is
 *     Graph's own
 * @param collectedAt when its page was read, epoch milliseconds
 * @param recordId Graph's id, where a sink's receiver refused its line; null where there is none,
 *     and where {@code record}, being Graph's own, says it
 * @param revision 0 for the first content of its id; -1 where it isn't known
 * @param record its original bytes
 */
public record DeadLetter(
    String stage,
    String reason,
    @Nullable String form,
    String integration,
    String report,
    String tenantId,
    long collectedAt,
    @Nullable String recordId,
    int revision,
    byte[] record) {
  /** How the stage of what a mapping failed with begins; the form follows. */
  public static final String MAPPING = "mapping.";

  /** How the stage of what a sink's receiver has refused begins; the sink's name follows. */
  public static final String SINK = "sink.";

  private static final int LONGEST_REASON = 500;

  public DeadLetter {
    reason = kept(reason);
  }

  /** A reason as it is kept. */
  static String kept(String reason) {
    return OneLine.of(reason, LONGEST_REASON);
  }

  /** The stage of what a sink's receiver has refused. */
  public static String stageOf(String sink) {
    return SINK + sink;
  }

  /**
   * What tells it from others: hex of 256 bits over stage, report, form, record and, where that may
   * be the same for several, whose it is.
   */
  String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String head = stage + '\n' + tenantId + '\n' + report + '\n' + form + '\n';
      if (form != null) {
        head += recordId + '\n' + revision + '\n';
      }
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(record));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
