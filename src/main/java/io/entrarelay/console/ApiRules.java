package io.entrarelay.console;

import io.entrarelay.config.Role;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Who may ask the API for what. {@link Security} keeps to it, the API's description tells it, and
 * what is not here is refused, whoever asks.
 */
final class ApiRules {
  static final String BASE = "/api/v1";
  static final String DESCRIPTION = BASE + "/openapi.json";

  /** One operation. */
  record Rule(HttpMethod method, String path, Role role, PathPattern pattern) {
    private Rule(HttpMethod method, String path, Role role) {
      this(method, path, role, PathPatternParser.defaultInstance.parse(path));
    }
  }

  private static final String DEAD_LETTERS = BASE + "/dead-letters";
  private static final String INTEGRATIONS = BASE + "/integrations";
  private static final String INTEGRATION = INTEGRATIONS + "/{name}";

  static final List<Rule> RULES =
      List.of(
          get(DESCRIPTION, Role.VIEWER),
          get(INTEGRATIONS, Role.VIEWER),
          get(INTEGRATION, Role.VIEWER),
          get(INTEGRATION + "/export", Role.VIEWER),
          get(INTEGRATION + "/check", Role.VIEWER),
          get(BASE + "/sinks", Role.VIEWER),
          get(DEAD_LETTERS, Role.VIEWER),
          get(DEAD_LETTERS + "/{id}", Role.OPERATOR), // personal data
          post(DEAD_LETTERS + "/retry", Role.OPERATOR),
          post(DEAD_LETTERS + "/drop", Role.OPERATOR),
          post(BASE + "/sinks/{name}/replay", Role.OPERATOR),
          post(INTEGRATION + "/check", Role.OPERATOR),
          post(INTEGRATION + "/pause", Role.OPERATOR),
          post(INTEGRATION + "/resume", Role.OPERATOR),
          post(INTEGRATION + "/refresh", Role.OPERATOR),
          post(INTEGRATION + "/backfill", Role.OPERATOR),
          post(INTEGRATIONS, Role.TENANT_ADMINISTRATOR),
          new Rule(HttpMethod.PATCH, INTEGRATION, Role.TENANT_ADMINISTRATOR),
          new Rule(HttpMethod.DELETE, INTEGRATION, Role.TENANT_ADMINISTRATOR),
          new Rule(HttpMethod.PUT, INTEGRATION + "/certificate", Role.TENANT_ADMINISTRATOR),
          get(BASE + "/audit-log", Role.TENANT_ADMINISTRATOR));

  private ApiRules() {}

  private static Rule get(String path, Role role) {
    return new Rule(HttpMethod.GET, path, role);
  }

  private static Rule post(String path, Role role) {
    return new Rule(HttpMethod.POST, path, role);
  }

  /** Those of a path, whatever the method. */
  static List<Rule> of(String path) {
    PathContainer parsed = PathContainer.parsePath(path);
    return RULES.stream().filter(rule -> rule.pattern().matches(parsed)).toList();
  }

  /** That of an operation, by its path as it is written here; empty where there is none. */
  static Optional<Rule> named(String method, String path) {
    return RULES.stream()
        .filter(rule -> rule.method().name().equals(method) && rule.path().equals(path))
        .findFirst();
  }
}
