package io.entrarelay.simulator;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The codes with which a signed-in person was sent back to an application, each good once. */
final class AuthorizationCodes {
  /** As Entra's, about. */
  private static final Duration LIFE = Duration.ofMinutes(10);

  private static final int MOST = 10_000;

  /**
   * What a code stands for.
   *
   * @param nonce as asked for, or empty
   * @param challenge of PKCE, or empty
   * @param plain whether the challenge is the verifier itself
   */
  record Granted(
      Registration application,
      Tenant tenant,
      Member member,
      String redirectUri,
      String scope,
      String nonce,
      String challenge,
      boolean plain) {}

  private static final class Issued {
    private final Granted granted;
    private final Instant at;
    private boolean redeemed;

    Issued(Granted granted, Instant at) {
      this.granted = granted;
      this.at = at;
    }
  }

  /** What must be right before a code is used up. */
  interface Check {
    void of(Granted granted) throws StsRefusal;
  }

  private final SecureRandom random = new SecureRandom();
  private final Map<String, Issued> codes = new LinkedHashMap<>();

  synchronized String issue(Granted granted, Instant now) {
    if (codes.size() >= MOST) {
      Iterator<String> eldest = codes.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    byte[] bytes = new byte[48];
    random.nextBytes(bytes);
    String code = "1." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    codes.put(code, new Issued(granted, now));
    return code;
  }

  /** Uses a code up, unless the check refuses. */
  synchronized Granted redeem(String code, Instant now, Check check) throws StsRefusal {
    Issued issued = codes.get(code);
    if (issued == null) {
      throw StsRefusal.invalidGrant(
          70000, "Transmission data parser failure: Authorization Code is malformed or invalid.");
    }
    check.of(issued.granted);
    if (issued.redeemed) {
      throw StsRefusal.invalidGrant(
          54005,
          "OAuth2 Authorization code was already redeemed, please retry with a new valid code or"
              + " use an existing refresh token.");
    }
    if (now.isAfter(issued.at.plus(LIFE))) {
      throw StsRefusal.invalidGrant(
          70008,
          "The provided authorization code or refresh token has expired due to inactivity. Send a"
              + " new interactive authorization request for this user and resource.");
    }
    issued.redeemed = true;
    return issued.granted;
  }
}
