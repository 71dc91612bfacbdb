package io.entrarelay.routes;

import io.entrarelay.routes.RouteFiles.Route;
import io.entrarelay.routes.RouteFiles.Use;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds what is wrong with the files under {@code routes/} without running them. */
public final class RoutesCheck {
  private final List<Finding> findings = new ArrayList<>();
  private final RouteFiles files;
  private final Set<String> properties;
  private final List<String> forms;
  private final Map<String, Class<?>> beans;

  /**
   * Reads the files.
   *
   * @param properties keys of settings that have a value
   * @param forms as {@code relay.forms} names them
   * @param beans the relay's own beans by name
   */
  public RoutesCheck(
      Path routes, Set<String> properties, List<String> forms, Map<String, Class<?>> beans) {
    this.files = RouteFiles.read(routes, findings);
    this.properties = new TreeSet<>(properties);
    this.forms = List.copyOf(forms);
    this.beans = Map.copyOf(beans);
  }

  /** All that is found by looking at the files alone, in some milliseconds. */
  public List<Finding> quick() {
    List<Finding> found = new ArrayList<>(findings);
    CanonicalRule.check(files, found);
    LinkRule.check(files, found);
    KameletRule.check(files, found);
    NameRule.check(files, properties, beans, found);
    ReportRule.check(files, forms, found);
    SinkRule.check(files, forms, found);
    return ordered(found);
  }

  /** {@link #quick()}, and Camel's schema of its YAML, which takes a second to load. */
  public List<Finding> full() {
    List<Finding> found = new ArrayList<>(quick());
    Schema.RULE.check(files, found);
    return ordered(found);
  }

  /** Loaded when it is asked for, once. */
  private static final class Schema {
    private static final SchemaRule RULE = new SchemaRule();
  }

  private static List<Finding> ordered(List<Finding> found) {
    return found.stream()
        .distinct()
        .sorted(Comparator.comparing(Finding::file).thenComparingInt(Finding::line))
        .toList();
  }

  /** An option of an endpoint other than a kamelet, as it is written. */
  public record Option(String scheme, String name, String file, int line) {}

  /** The options of all endpoints that are no kamelets. */
  public List<Option> options() {
    List<Option> options = new ArrayList<>();
    for (Use use : files.uses()) {
      Element parameters = use.element().get("parameters");
      if (parameters != null && !use.scheme().equals("kamelet")) {
        for (String name : parameters.map().keySet()) {
          options.add(
              new Option(use.scheme(), name, parameters.file().name(), parameters.lineOf(name)));
        }
      }
    }
    return options;
  }

  /** One route for the map: where its id is, what it takes and what it calls. */
  public record Listed(String id, String file, int line, String takes, List<String> gives) {}

  /** The map of the routes, in the files' order. */
  public List<Listed> list() {
    List<Listed> listed = new ArrayList<>();
    for (Route route : files.routes()) {
      List<String> gives =
          RouteFiles.uses(route.element()).stream()
              .map(Use::uri)
              .filter(uri -> !uri.equals(route.uri()))
              .distinct()
              .toList();
      listed.add(
          new Listed(
              route.id(),
              files.root().relativize(route.element().file().path()).toString(),
              route.element().lineOf("id"),
              route.uri(),
              gives));
    }
    return listed;
  }
}
