package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.state.Users;
import io.entrarelay.state.Users.User;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends sessions: after a time without anything that the person did (what a page fetches by itself
 * doesn't count), after a working day at the latest, and when the user was changed or removed.
 */
final class SessionRules extends OncePerRequestFilter {
  static final Duration IDLE = Duration.ofMinutes(30);
  static final Duration LONGEST = Duration.ofHours(12);

  /** A page says so of requests that it makes by itself. */
  static final String BY_ITSELF = "X-Refresh";

  private static final String LAST = SessionRules.class.getName();
  private static final Duration KNOWN = Duration.ofSeconds(1);

  private final Users users;
  private final InstantSource clock;
  private final Cache<String, Optional<User>> known =
      Caffeine.newBuilder().maximumSize(1_000).expireAfterWrite(KNOWN).build();

  SessionRules(Users users, InstantSource clock) {
    this.users = users;
    this.clock = clock;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Authentication someone = SecurityContextHolder.getContext().getAuthentication();
    HttpSession session = request.getSession(false);
    if (someone != null && session != null) {
      long now = clock.millis();
      if (isOver(session, now) || isChanged(someone)) {
        session.invalidate();
        SecurityContextHolder.clearContext();
      } else if (isByPerson(request)) {
        session.setAttribute(LAST, now);
      }
    }
    chain.doFilter(request, response);
  }

  private static boolean isOver(HttpSession session, long now) {
    Object last = session.getAttribute(LAST);
    return now - session.getCreationTime() > LONGEST.toMillis()
        || (last instanceof Long at && now - at > IDLE.toMillis());
  }

  private boolean isChanged(Authentication someone) {
    if (!(someone.getPrincipal() instanceof Person person)) {
      return false;
    }
    Optional<User> user = known.get(person.name(), name -> Optional.ofNullable(users.find(name)));
    return user.isEmpty() || user.get().version() != person.version();
  }

  private static boolean isByPerson(HttpServletRequest request) {
    return request.getHeader(BY_ITSELF) == null && !request.getRequestURI().contains("/jolokia");
  }
}
