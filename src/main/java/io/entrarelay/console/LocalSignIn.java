package io.entrarelay.console;

import io.entrarelay.state.AuditLog;
import io.entrarelay.state.Users;
import io.entrarelay.state.Users.User;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * Sign-in by name and password. A name that nobody has costs the same time as one with a wrong
 * password, and has the same answer.
 */
final class LocalSignIn implements AuthenticationProvider {

  /** Too many were wrong: this one was not looked at. */
  static final class TooMany extends LockedException {
    private static final long serialVersionUID = 1L;
    private final Duration wait;

    private TooMany(Duration wait) {
      super("too many attempts");
      this.wait = wait;
    }

    /** Whole seconds, at least one. */
    long seconds() {
      return wait.plusMillis(999).toSeconds();
    }
  }

  private final Users users;
  private final AuditLog auditLog;
  private final SignInLimit limit;
  private final PasswordEncoder encoder = Passwords.encoder();
  private final String nobodys = Passwords.nobodysHash();

  LocalSignIn(Users users, AuditLog auditLog, SignInLimit limit) {
    this.users = users;
    this.auditLog = auditLog;
    this.limit = limit;
  }

  @Override
  public Authentication authenticate(Authentication given) throws AuthenticationException {
    Person person =
        judge(given.getName().strip(), String.valueOf(given.getCredentials()), address(given));
    auditLog.write(person.name(), "signed in", address(given), null, person.role().text());
    return signedIn(person, given);
  }

  static Authentication signedIn(Person person, Authentication given) {
    UsernamePasswordAuthenticationToken signedIn =
        UsernamePasswordAuthenticationToken.authenticated(
            person, null, Person.authorities(person.role()));
    signedIn.setDetails(given.getDetails());
    return signedIn;
  }

  /**
   * Whose name and password they are; only what fails is written to the audit log.
   *
   * @param address where it comes from
   * @throws AuthenticationException where they are nobody's, or were not looked at
   */
  Person judge(String name, String password, String address) throws AuthenticationException {
    Duration wait = limit.begin(name, address);
    if (!wait.isZero()) {
      throw new TooMany(wait);
    }
    User user = find(name);
    boolean right = matches(password, user == null ? nobodys : user.password());
    if (user == null || !right) {
      auditLog.write(
          user == null ? "unknown" : user.name(), AuditLog.SIGN_IN_FAILED, address, null, null);
      throw new BadCredentialsException("wrong");
    }
    limit.right(name, address);
    return new Person(user.name(), user.role(), user.version());
  }

  /** What can't be a name may be a password that was typed into the wrong field. */
  private @Nullable User find(String name) {
    return Users.NAME.matcher(name).matches() ? users.find(name) : null;
  }

  private boolean matches(String password, String hash) {
    boolean fits = password.getBytes(StandardCharsets.UTF_8).length <= Passwords.MOST;
    return encoder.matches(fits ? password : "", hash) && fits;
  }

  /** Where it comes from. */
  static String address(Authentication given) {
    return given.getDetails() instanceof WebAuthenticationDetails details
        ? String.valueOf(details.getRemoteAddress())
        : "";
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
