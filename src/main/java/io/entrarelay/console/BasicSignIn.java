package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.state.AuditLog;
import io.entrarelay.state.Users;
import io.entrarelay.state.Users.User;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Sign-in of programs, which send name and password each time. Judging a password is slow on
 * purpose; so what was right is known for a minute, by a hash under a key that never leaves the
 * process, unless the user is changed meanwhile. The audit log has an entry an hour of each user
 * and address, not one a request.
 */
final class BasicSignIn implements AuthenticationProvider {
  static final Duration KNOWN = Duration.ofMinutes(1);

  private static final Duration TOLD = Duration.ofHours(1);
  private static final String HASH = "HmacSHA256";

  private final LocalSignIn local;
  private final Users users;
  private final AuditLog auditLog;
  private final SecretKeySpec key;
  private final Cache<String, Person> right =
      Caffeine.newBuilder().maximumSize(1_000).expireAfterWrite(KNOWN).build();
  private final Cache<String, Boolean> told =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(TOLD).build();

  BasicSignIn(LocalSignIn local, Users users, AuditLog auditLog) {
    this.local = local;
    this.users = users;
    this.auditLog = auditLog;
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, HASH);
  }

  @Override
  public Authentication authenticate(Authentication given) throws AuthenticationException {
    String name = given.getName().strip();
    String password = String.valueOf(given.getCredentials());
    String hash = hash(name, password);
    Person person = right.getIfPresent(hash);
    if (person == null || !isAsItWas(person)) {
      person = local.judge(name, password, LocalSignIn.address(given));
      right.put(hash, person);
    }
    tell(person, LocalSignIn.address(given));
    return LocalSignIn.signedIn(person, given);
  }

  private boolean isAsItWas(Person person) {
    User user = users.find(person.name());
    return user != null && user.version() == person.version();
  }

  private void tell(Person person, String address) {
    String which = person.name() + ' ' + person.version() + ' ' + address;
    if (told.asMap().putIfAbsent(which, true) == null) {
      auditLog.write(person.name(), "signed in to the API", address, null, person.role().text());
    }
  }

  private String hash(String name, String password) {
    try {
      Mac mac = Mac.getInstance(HASH);
      mac.init(key);
      mac.update(name.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return HexFormat.of().formatHex(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new IllegalStateException("every JDK has " + HASH, impossible);
    }
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
