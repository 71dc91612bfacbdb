package io.entrarelay.console;

import io.entrarelay.config.Role;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/**
 * A local user who is signed in.
 *
 * @param version of the user when that was: another one in the store ends the session
 */
record Person(String name, Role role, int version) implements AuthenticatedPrincipal, Serializable {
  @Override
  public String getName() {
    return name;
  }

  /** What Spring Security knows a role by: the role and those that it includes. */
  static List<GrantedAuthority> authorities(Role role) {
    return Arrays.stream(Role.values())
        .filter(role::includes)
        .<GrantedAuthority>map(each -> new SimpleGrantedAuthority(authority(each)))
        .toList();
  }

  static String authority(Role role) {
    return "ROLE_" + role.name();
  }

  /** Who someone is, for the audit log: a provider's people may have any name. */
  static String who(Authentication someone) {
    return someone.getPrincipal() instanceof OidcUser user
        ? someone.getName() + " (" + OidcSignIn.issuer(user) + ")"
        : someone.getName();
  }

  /** Whether someone may do what the role may. */
  static boolean may(@Nullable Authentication someone, Role role) {
    return someone != null
        && someone.isAuthenticated()
        && someone.getAuthorities().stream()
            .anyMatch(each -> authority(role).equals(each.getAuthority()));
  }

  /** The highest role of someone; null where there is none. */
  static @Nullable Role role(@Nullable Authentication someone) {
    Role highest = null;
    for (Role role : Role.values()) {
      if (may(someone, role)) {
        highest = role;
      }
    }
    return highest;
  }
}
