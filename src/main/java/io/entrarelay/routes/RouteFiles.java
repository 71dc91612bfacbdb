package io.entrarelay.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is under {@code routes/}: routes, their configurations, beans and kamelets. */
final class RouteFiles {

  /**
   * A route.
   *
   * @param id "" where it has none
   * @param uri what it reads from, without parameters; "" where there is nothing
   */
  record Route(String id, String uri, Element element) {
    String file() {
      return element.file().name();
    }
  }

  /** A use of an endpoint: the map with its {@code uri}. */
  record Use(String uri, Element element) {
    String scheme() {
      int colon = uri.indexOf(':');
      return colon < 0 ? "" : uri.substring(0, colon);
    }

    /** What follows the scheme. */
    String path() {
      return uri.substring(uri.indexOf(':') + 1);
    }

    /** The first part of the path: a kamelet's name. */
    String target() {
      return path().replaceAll("[/?].*", "");
    }
  }

  /** A block with parameters. */
  record Kamelet(String name, Element element) {
    Map<String, Element> properties() {
      Element properties = element.get("spec", "definition", "properties");
      return properties == null ? Map.of() : properties.map();
    }

    List<String> required() {
      Element required = element.get("spec", "definition", "required");
      return required == null
          ? List.of()
          : required.items().stream().map(item -> String.valueOf(item.text())).toList();
    }

    @Nullable Element template() {
      return element.get("spec", "template");
    }
  }

  private final Path root;
  private final List<YamlFile> files = new ArrayList<>();
  private final List<YamlFile> kameletFiles = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();
  private final Map<String, Kamelet> kamelets = new TreeMap<>();
  private final Map<String, Element> beans = new TreeMap<>();
  private final Map<String, Element> configurations = new TreeMap<>();

  private RouteFiles(Path root) {
    this.root = root;
  }

  static RouteFiles read(Path root, List<Finding> findings) {
    RouteFiles all = new RouteFiles(root);
    List<Path> paths;
    try (Stream<Path> found = Files.walk(root)) {
      paths = found.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      findings.add(
          new Finding(
              root.toString(), 0, "files", "it can't be read as a folder", "Check --routes"));
      return all;
    }
    for (Path path : paths) {
      String name = path.toString();
      if (name.endsWith(".kamelet.yaml")) {
        all.addKamelet(YamlFile.read(path, name, findings));
      } else if (name.endsWith(".camel.yaml")) {
        all.addRoutes(YamlFile.read(path, name, findings));
      } else if (name.endsWith(".yaml") || name.endsWith(".yml")) {
        findings.add(
            new Finding(
                name,
                0,
                "files",
                "files that end like this are not read",
                "Name it .camel.yaml, or .kamelet.yaml for a kamelet"));
      }
    }
    return all;
  }

  private void addKamelet(YamlFile file) {
    kameletFiles.add(file);
    Element root = file.root();
    String name = root == null ? null : root.textAt("metadata", "name");
    if (root != null && name != null) {
      kamelets.put(name, new Kamelet(name, root));
    }
  }

  private void addRoutes(YamlFile file) {
    files.add(file);
    Element root = file.root();
    if (root == null) {
      return;
    }
    for (Element entry : root.items()) {
      Element route = entry.get("route");
      if (route != null) {
        String id = route.textAt("id");
        String uri = route.textAt("from", "uri");
        routes.add(new Route(id == null ? "" : id, uri == null ? "" : uri, route));
      }
      Element configuration = entry.get("routeConfiguration");
      String id = configuration == null ? null : configuration.textAt("id");
      if (configuration != null && id != null) {
        configurations.put(id, configuration);
      }
      Element declared = entry.get("beans");
      for (Element bean : declared == null ? List.<Element>of() : declared.items()) {
        String name = bean.textAt("name");
        if (name != null) {
          beans.put(name, bean);
        }
      }
    }
  }

  Path root() {
    return root;
  }

  boolean isFolder() {
    return Files.isDirectory(root);
  }

  Path mappings() {
    return root.resolve("mappings");
  }

  List<YamlFile> files() {
    return files;
  }

  List<YamlFile> kameletFiles() {
    return kameletFiles;
  }

  List<Route> routes() {
    return routes;
  }

  Map<String, Kamelet> kamelets() {
    return kamelets;
  }

  /** Declared in YAML, by name. */
  Map<String, Element> beans() {
    return beans;
  }

  /** Failure policies, by id. */
  Map<String, Element> configurations() {
    return configurations;
  }

  /** All uses of endpoints under a part. */
  static List<Use> uses(Element part) {
    List<Use> uses = new ArrayList<>();
    part.walk(
        "",
        (key, element) -> {
          String uri = element.textAt("uri");
          if (uri != null && uri.contains(":")) {
            uses.add(new Use(uri, element));
          }
        });
    return uses;
  }

  /** All uses of endpoints in all files. */
  List<Use> uses() {
    List<Use> uses = new ArrayList<>();
    for (YamlFile file : Stream.concat(files.stream(), kameletFiles.stream()).toList()) {
      Element root = file.root();
      if (root != null) {
        uses.addAll(uses(root));
      }
    }
    return uses;
  }
}
