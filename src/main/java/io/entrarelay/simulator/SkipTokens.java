package io.entrarelay.simulator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The place in a walk over pages, as 64 hexadecimal digits like Graph's own. Good for one query and
 * some minutes only.
 */
final class SkipTokens {
  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final long SHORTEST_MILLIS = 5_000;

  private final SecretKeySpec key;
  private final long lifeMillis;

  SkipTokens(byte[] key, double compress) {
    this.key = new SecretKeySpec(key, "HmacSHA256");
    this.lifeMillis = Math.max(SHORTEST_MILLIS, (long) (LIFE.toMillis() / compress));
  }

  String issue(String query, long cursor, Instant now) {
    byte[] content = ByteBuffer.allocate(16).putLong(cursor).putLong(now.toEpochMilli()).array();
    return HexFormat.of().formatHex(content) + HexFormat.of().formatHex(sign(query, content));
  }

  /** The place that the token holds. */
  long read(String query, String token, Instant now) throws GraphError {
    if (token.isEmpty()) {
      throw GraphError.badRequest("Invalid Skip Token, skip token is null");
    }
    if (!token.matches("[0-9a-f]{64}")) {
      throw new GraphError(400, "", "Invalid Skip Token");
    }
    byte[] bytes = HexFormat.of().parseHex(token);
    byte[] content = Arrays.copyOf(bytes, 16);
    if (!Arrays.equals(sign(query, content), Arrays.copyOfRange(bytes, 16, 32))) {
      throw new GraphError(400, "", "Invalid Skip Token");
    }
    ByteBuffer buffer = ByteBuffer.wrap(content);
    long cursor = buffer.getLong();
    if (now.toEpochMilli() - buffer.getLong() > lifeMillis) {
      throw expired();
    }
    return cursor;
  }

  static GraphError expired() {
    return GraphError.badRequest("Token not found: token is either invalid or expired");
  }

  private byte[] sign(String query, byte[] content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(content);
      return Arrays.copyOf(mac.doFinal(query.getBytes(StandardCharsets.UTF_8)), 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
