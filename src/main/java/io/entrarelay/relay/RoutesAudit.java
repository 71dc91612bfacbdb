package io.entrarelay.relay;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.routes.Finding;
import io.entrarelay.routes.RoutesCheck;
import io.entrarelay.routes.SettingKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What is wrong with the routes, for this relay's settings and beans. */
public final class RoutesAudit {
  private final RoutesCheck check;
  private final Path routes;
  private final Path config;
  private final RelaySettings settings;

  private RoutesAudit(RoutesCheck check, Path routes, Path config, RelaySettings settings) {
    this.check = check;
    this.routes = routes;
    this.config = config;
    this.settings = settings;
  }

  /** Reads the routes. */
  public static RoutesAudit of(Path routes, Path config, RelaySettings settings) {
    Set<String> keys = new TreeSet<>(settings.asProperties().keySet());
    keys.addAll(SettingKeys.of(config.resolve("application.yaml")));
    return new RoutesAudit(
        new RoutesCheck(routes, keys, settings.forms(), Routes.BEANS), routes, config, settings);
  }

  /** What the files alone show, in some milliseconds. */
  public List<Finding> quick() {
    return check.quick();
  }

  /**
   * All that can be found without starting anything: the files, Camel's schema, and where these
   * find nothing, what Camel itself says when it loads the routes.
   */
  public List<Finding> full() {
    List<Finding> findings = new ArrayList<>(check.full());
    if (findings.isEmpty()) {
      findings.addAll(new DryRun(routes, config, settings, check).findings());
    }
    return findings;
  }

  /** The map of the routes. */
  public List<RoutesCheck.Listed> list() {
    return check.list();
  }
}
