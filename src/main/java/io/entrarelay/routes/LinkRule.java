package io.entrarelay.routes;

import io.entrarelay.config.DidYouMean;
import io.entrarelay.routes.RouteFiles.Route;
import io.entrarelay.routes.RouteFiles.Use;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Routes have ids, find each other by them, and name the policy for their failures. */
final class LinkRule {
  private LinkRule() {}

  static void check(RouteFiles files, List<Finding> findings) {
    ids(files, findings);
    direct(files, findings);
    policies(files, findings);
  }

  private static void ids(RouteFiles files, List<Finding> findings) {
    Map<String, String> first = new HashMap<>();
    for (Route route : files.routes()) {
      YamlFile file = route.element().file();
      if (route.id().isEmpty()) {
        findings.add(
            file.finding(
                route.element().line(),
                "route-id",
                "the route has no id",
                "Give it one: <report>.<stage>, flow.<stage> or sink.<name>"));
        continue;
      }
      int line = route.element().lineOf("id");
      if (!route.id().matches("[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z0-9-]+)+")) {
        findings.add(
            file.finding(
                line,
                "route-id",
                "the id " + route.id() + " does not say what the route belongs to",
                "Write <report>.<stage>, flow.<stage> or sink.<name>"));
      }
      unique(first, route.id(), file, line, findings);
    }
    for (Use use : files.uses()) {
      if (use.scheme().equals("kamelet") && !Set.of("source", "sink").contains(use.path())) {
        YamlFile file = use.element().file();
        int line = use.element().lineOf("uri");
        int slash = use.path().indexOf('/');
        if (slash < 0) {
          findings.add(
              file.finding(
                  line,
                  "route-id",
                  "the kamelet " + use.path() + " is used without an id",
                  "Write kamelet:" + use.path() + "/<id>: logs and metrics name it by that"));
        } else {
          unique(first, use.path().substring(slash + 1), file, line, findings);
        }
      }
    }
  }

  private static void unique(
      Map<String, String> first, String id, YamlFile file, int line, List<Finding> findings) {
    String before = first.putIfAbsent(id, file.name() + ":" + line);
    if (before != null) {
      findings.add(
          file.finding(
              line,
              "route-id",
              "the id " + id + " is taken by " + before,
              "Give one of the two another id"));
    }
  }

  private static void direct(RouteFiles files, List<Finding> findings) {
    Set<String> consumers = new TreeSet<>();
    for (Route route : files.routes()) {
      if (route.uri().startsWith("direct:")) {
        String name = route.uri().substring("direct:".length());
        consumers.add(name);
        if (!name.equals(route.id()) && !route.id().isEmpty()) {
          findings.add(
              route
                  .element()
                  .file()
                  .finding(
                      route.element().lineOf("id"),
                      "direct",
                      "the route " + route.id() + " reads from direct:" + name,
                      "Let both have one name"));
        }
      }
    }
    for (Use use : files.uses()) {
      if (use.scheme().equals("direct") && !consumers.contains(use.target())) {
        findings.add(
            use.element()
                .file()
                .finding(
                    use.element().lineOf("uri"),
                    "direct",
                    "no route reads from direct:" + use.target(),
                    DidYouMean.remedy(consumers, use.target())));
      }
    }
  }

  private static void policies(RouteFiles files, List<Finding> findings) {
    for (Route route : files.routes()) {
      String policy = route.element().textAt("routeConfigurationId");
      if (policy != null && !files.configurations().containsKey(policy)) {
        findings.add(
            route
                .element()
                .file()
                .finding(
                    route.element().lineOf("routeConfigurationId"),
                    "policy",
                    "there is no routeConfiguration " + policy,
                    DidYouMean.remedy(files.configurations().keySet(), policy)));
      }
    }
    policy(files, "flow.poll", "collecting", findings);
    for (Route route : files.routes()) {
      if (route.uri().startsWith("kamelet:outbox-source") || route.uri().startsWith("outbox:")) {
        policy(files, route.id(), "forwarding", findings);
      }
    }
  }

  /** A route and all that it calls by {@code direct:} name the policy. */
  private static void policy(RouteFiles files, String from, String policy, List<Finding> findings) {
    Map<String, Route> routes = new HashMap<>();
    files.routes().forEach(route -> routes.putIfAbsent(route.id(), route));
    Set<String> seen = new LinkedHashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of(from));
    while (!next.isEmpty()) {
      String id = next.pop();
      Route route = routes.get(id);
      if (route == null || !seen.add(id)) {
        continue;
      }
      if (!policy.equals(route.element().textAt("routeConfigurationId"))) {
        findings.add(
            route
                .element()
                .file()
                .finding(
                    route.element().lineOf("id"),
                    "policy",
                    "the route " + id + " does not name what its failures mean",
                    "Write routeConfigurationId: " + policy + " below its id"));
      }
      RouteFiles.uses(route.element()).stream()
          .filter(use -> use.scheme().equals("direct"))
          .forEach(use -> next.add(use.target()));
    }
  }
}
