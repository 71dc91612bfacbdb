package io.entrarelay.console;

import io.entrarelay.config.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/**
 * What every page's frame shows: {@code layout.html} takes it. A page more is a line in {@link
 * #PAGES}, a rule in {@link Security}, a controller and a template.
 */
@ControllerAdvice
class Layout {
  /**
   * A page in the navigation.
   *
   * @param path within the console
   * @param role who sees it
   */
  record Page(String path, String title, Role role) {}

  private static final List<Page> PAGES =
      List.of(
          new Page("/integrations", "Integrations", Role.VIEWER),
          new Page("/sinks", "Sinks", Role.VIEWER),
          new Page("/dead-letters", "Dead letters", Role.VIEWER),
          new Page("/audit-log", "Audit log", Role.TENANT_ADMINISTRATOR),
          new Page("/actuator/hawtio/", "Hawtio", Role.VIEWER));

  private static @Nullable Authentication someone() {
    return SecurityContextHolder.getContext().getAuthentication();
  }

  /** The pages that this person may see. */
  @ModelAttribute("pages")
  List<Page> pages() {
    return PAGES.stream().filter(page -> Person.may(someone(), page.role())).toList();
  }

  /** The page that is shown, within the console. */
  @ModelAttribute("path")
  String path(HttpServletRequest request) {
    return request.getRequestURI().substring(request.getContextPath().length());
  }

  /** Who is signed in; null where nobody is. */
  @ModelAttribute("person")
  @Nullable String person() {
    Authentication someone = someone();
    return Person.role(someone) == null || someone == null ? null : someone.getName();
  }

  /** The role in words; null where nobody is signed in. */
  @ModelAttribute("role")
  @Nullable String role() {
    Role role = Person.role(someone());
    return role == null ? null : role.text();
  }

  /** Whether this person may do what operators may. */
  @ModelAttribute("operates")
  boolean operates() {
    return Person.may(someone(), Role.OPERATOR);
  }

  /** Whether this person may do what tenant administrators may. */
  @ModelAttribute("administers")
  boolean administers() {
    return Person.may(someone(), Role.TENANT_ADMINISTRATOR);
  }
}
