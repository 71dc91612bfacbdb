package io.entrarelay.config;

import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.graph.Cloud;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code relay.application}: the one registration that several tenants consent to. */
final class ApplicationReader {
  private static final String PREFIX = "relay.application.";
  private static final Pattern GUID =
      Pattern.compile("(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private final Path directory;
  private final SettingsValues values;

  ApplicationReader(Path directory, SettingsValues values) {
    this.directory = directory;
    this.values = values;
  }

  /** Null where none is configured. */
  @Nullable Application read() {
    String clientId = values.optional(PREFIX + "client-id");
    Cloud cloud = cloud();
    Path certificate = values.file(PREFIX + "certificate", directory);
    Path privateKey = values.file(PREFIX + "private-key", directory);
    if (clientId != null && !GUID.matcher(clientId).matches()) {
      values.problem(
          PREFIX + "client-id",
          "is not a GUID",
          "Copy the Application (client) ID from the app registration's overview page");
    }
    if (clientId == null) {
      if (certificate != null || privateKey != null) {
        missing("client-id", "Write the Application (client) ID of the multi-tenant registration");
      }
      return null;
    }
    if (certificate == null) {
      missing("certificate", "Name the PEM file of the certificate that the application has");
      return null;
    }
    return new Application(
        clientId.toLowerCase(Locale.ROOT),
        cloud,
        certificate,
        privateKey == null ? certificate : privateKey);
  }

  private void missing(String key, String remedy) {
    values.problem(PREFIX + key, "is missing", remedy);
  }

  private Cloud cloud() {
    String name = values.text(PREFIX + "cloud", "global");
    URI authority = endpoint("authority");
    URI graph = endpoint("graph");
    Cloud global = Cloud.named("global").orElseThrow();
    if (name.equals(Cloud.CUSTOM)) {
      if (authority == null || graph == null) {
        missing(
            authority == null ? "authority" : "graph",
            "cloud: custom needs it. Write https://host or https://host:port");
        return global;
      }
      return Cloud.custom(authority, graph);
    }
    if (authority != null || graph != null) {
      values.problem(
          PREFIX + (authority != null ? "authority" : "graph"),
          "is for cloud: custom only",
          "Remove it, or write cloud: custom");
    }
    return Cloud.named(name)
        .orElseGet(
            () -> {
              List<String> known = new ArrayList<>(Cloud.names());
              known.add(Cloud.CUSTOM);
              values.problem(
                  PREFIX + "cloud",
                  "there is no cloud " + IntegrationReader.shown(name),
                  DidYouMean.remedy(known, name));
              return global;
            });
  }

  private @Nullable URI endpoint(String key) {
    String text = values.optional(PREFIX + key);
    if (text == null) {
      return null;
    }
    try {
      URI uri = new URI(text.strip().replaceAll("/$", ""));
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawPath().isEmpty()
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // the same as any other text that is none
    }
    values.problem(
        PREFIX + key, "is not an https address alone", "Write https://host or https://host:port");
    return null;
  }
}
