package io.entrarelay.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who has signed in with which browser. */
final class Sessions {
  private static final int MOST = 10_000;

  /**
   * A browser's session.
   *
   * @param token what its forms must bring along, so that no other page can send them
   */
  record Session(String id, String token, SimulatedPerson person) {
    boolean isOwn(String other) {
      return MessageDigest.isEqual(
          token.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
  }

  private final SecureRandom random = new SecureRandom();
  private final Map<String, Session> sessions =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
          return size() > MOST;
        }
      };

  synchronized Session begin(SimulatedPerson person) {
    Session session = new Session(number(), number(), person);
    sessions.put(session.id(), session);
    return session;
  }

  synchronized @Nullable Session session(String id) {
    return sessions.get(id);
  }

  synchronized void end(String id) {
    sessions.remove(id);
  }

  private String number() {
    byte[] bytes = new byte[24];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
