package io.entrarelay.config;

import io.entrarelay.credential.CredentialSource;
import io.entrarelay.graph.Cloud;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code config/integrations/<name>.yaml}. Whether the PEM files are there and fit is the
 * credential's business.
 */
public final class IntegrationReader {
  /** Far more than an integration needs; a larger file is another file. */
  static final int MAX_BYTES = 64 * 1024;

  static final String ENDING = ".yaml";

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");
  private static final Pattern GUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final String ALL_ZERO = "00000000-0000-0000-0000-000000000000";
  private static final List<String> KEYS =
      List.of(
          "display-name",
          "tenant-id",
          "client-id",
          "cloud",
          "endpoints.authority",
          "endpoints.graph",
          "endpoints.ca-certificate",
          "credential.certificate",
          "credential.private-key",
          "reports");
  private static final List<String> GROUPS = List.of("endpoints", "credential");

  /** Keys that other products know; compared without case, dashes and underscores. */
  private static final Set<String> SECRETS =
      Set.of("clientsecret", "clientsecretvalue", "secret", "secretvalue", "apikey", "token");

  private static final Set<String> KEY_PASSWORDS =
      Set.of(
          "password",
          "passphrase",
          "privatekeypassword",
          "privatekeypassphrase",
          "certificatepassword",
          "keypassword",
          "pin");

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> reports;
  private final boolean demo;

  /**
   * @param reports the names of the reports that there are
   * @param demo whether endpoints of a custom cloud may be plain http on this machine
   */
  public IntegrationReader(Set<String> reports, boolean demo) {
    this.reports = new LinkedHashSet<>(reports);
    this.demo = demo;
  }

  /**
   * Reads one integration.
   *
   * @throws ConfigurationException with everything that is wrong in the file
   */
  public Integration read(Path file) {
    return new Reading(file).integration();
  }

  /**
   * Judges an integration that is in no file, by the rules for those that are.
   *
   * @param name its name
   * @param keys the keys of a file, each with a text or a list of texts; none of a credential
   * @throws ConfigurationException with everything that is wrong, by key; the name's is {@code
   *     name}
   */
  public Integration given(String name, Map<String, ?> keys, CredentialSource credential) {
    Map<String, YamlValue> values = new LinkedHashMap<>();
    keys.forEach((key, value) -> values.put(key, value(value)));
    return new Reading(name, values).integration(credential);
  }

  private static YamlValue value(Object value) {
    boolean list = value instanceof List<?>;
    List<?> texts = value instanceof List<?> several ? several : List.of(value);
    return new YamlValue(
        0, list, texts.stream().map(text -> new YamlValue.Item(String.valueOf(text), 0)).toList());
  }

  /** One file on its way to an integration; what is wrong gathers in {@link #problems}. */
  private final class Reading {
    private final @Nullable Path file;
    private final String place;
    private final Map<String, YamlValue> values;
    private final List<Problem> problems = new ArrayList<>();

    Reading(Path file) {
      this.file = file;
      this.place = file.toString();
      YamlKeys keys = YamlKeys.read(file, MAX_BYTES, null);
      this.values = keys.values();
      this.problems.addAll(keys.problems());
    }

    Reading(String name, Map<String, YamlValue> values) {
      this.file = null;
      this.place = OneLine.of(name, 63);
      this.values = values;
      if (!NAME.matcher(name).matches()) {
        problem("name", "is not 1 to 63 of a-z, 0-9 and -", "Write one like contoso-europe");
      }
    }

    Integration integration() {
      values.forEach(this::checkKey);
      String name = name();
      return integration(name, () -> files(name));
    }

    Integration integration(CredentialSource credential) {
      values.forEach(this::checkKey);
      return integration(place, () -> credential);
    }

    private @Nullable CredentialSource files(String name) {
      @Nullable Path certificate =
          path(
              "credential.certificate",
              true,
              "Name the PEM file of the certificate; make one by entra-relay certificate new "
                  + name);
      @Nullable Path privateKey =
          path(
              "credential.private-key",
              true,
              "Name the PEM file of the key; it may be the certificate's");
      return certificate == null || privateKey == null
          ? null
          : new CredentialSource.PemFiles(certificate, privateKey);
    }

    private Integration integration(String name, Supplier<@Nullable CredentialSource> credentials) {
      String tenantId = guid("tenant-id", "Directory (tenant) ID");
      String clientId = guid("client-id", "Application (client) ID");
      if (!tenantId.isEmpty() && tenantId.equals(clientId)) {
        problem(
            "client-id",
            "is the same as tenant-id",
            "Take the Application (client) ID from the app registration's overview page");
      }
      String displayName = displayName(name);
      @Nullable Cloud cloud = cloud();
      @Nullable Path caCertificate = path("endpoints.ca-certificate", false, "");
      @Nullable CredentialSource credential = credentials.get();
      List<String> chosen = reports();
      if (!problems.isEmpty() || cloud == null || credential == null) {
        throw new ConfigurationException(problems);
      }
      return new Integration(
          name, displayName, tenantId, clientId, cloud, credential, caCertificate, chosen, file);
    }

    private void checkKey(String key, YamlValue value) {
      String word = key.substring(key.lastIndexOf('.') + 1);
      String plain = word.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
      if (KEYS.contains(key)) {
        if (value.list() && !key.equals("reports")) {
          problem(value.line(), key, "is a list", "Write one value");
        }
      } else if (SECRETS.contains(plain)) {
        problem(
            value.line(),
            key,
            "a client secret is never taken: it can be copied without a trace, and it expires"
                + " unseen",
            "Make a certificate by entra-relay certificate new "
                + place.substring(place.lastIndexOf('/') + 1).replace(ENDING, "")
                + ", upload it to the app registration, and remove the secret here and there");
      } else if (KEY_PASSWORDS.contains(plain)) {
        problem(
            value.line(),
            key,
            "a password beside the key protects nothing, so keys are taken unencrypted, readable by"
                + " their owner alone",
            "Decrypt the key by openssl pkey -in encrypted.pem -out key.pem && chmod 600 key.pem,"
                + " and remove this key");
      } else if (GROUPS.contains(key)) {
        if (!value.items().isEmpty() || value.list()) {
          problem(value.line(), key, "is a group of keys", "Write its keys below it, indented");
        }
      } else {
        problem(value.line(), key, "is not known", DidYouMean.remedy(KEYS, key));
      }
    }

    private String name() {
      String fileName = Path.of(place).getFileName().toString();
      if (!fileName.endsWith(ENDING)) {
        problem(0, "", "does not end in .yaml", "Rename it to <name>.yaml");
        return "";
      }
      String name = fileName.substring(0, fileName.length() - ENDING.length());
      if (!NAME.matcher(name).matches()) {
        problem(
            0,
            "",
            "an integration's name is its file's name: 1 to 63 of a-z, 0-9 and -",
            "Rename it, for example to "
                + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-")
                + ENDING);
      }
      return name;
    }

    private String displayName(String name) {
      String text = text("display-name");
      if (text == null) {
        return name;
      }
      if (text.length() > 200 || text.chars().anyMatch(Character::isISOControl)) {
        problem("display-name", "is longer than 200 characters or has line breaks", "Shorten it");
      }
      return text.strip();
    }

    /** The GUID in lower case; empty when it is missing or wrong, which is then noted. */
    private String guid(String key, String portalName) {
      String where = "Copy the " + portalName + " from the app registration's overview page";
      String text = text(key);
      if (text == null) {
        missing(key, where);
        return "";
      }
      String guid = text.strip().toLowerCase(Locale.ROOT);
      if (!GUID.matcher(guid).matches()) {
        // What stands here may be a secret in the wrong place: it is not repeated.
        problem(key, "is not a GUID like 7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01", where);
        return "";
      }
      if (guid.equals(ALL_ZERO)) {
        problem(key, "is the all-zero GUID", where);
        return "";
      }
      return guid;
    }

    private @Nullable Cloud cloud() {
      YamlValue given = values.get("cloud");
      String name = given == null ? "global" : text("cloud");
      Cloud real = name == null ? null : Cloud.named(name).orElse(null);
      if (Cloud.CUSTOM.equals(name)) {
        URI authority = endpoint("endpoints.authority");
        URI graph = endpoint("endpoints.graph");
        return authority == null || graph == null ? null : Cloud.custom(authority, graph);
      }
      if (real == null) {
        List<String> known = new ArrayList<>(Cloud.names());
        known.add(Cloud.CUSTOM);
        problem(
            "cloud",
            name == null ? "has no value" : "there is no cloud " + shown(name),
            name == null
                ? "Write one of " + String.join(", ", known) + ", or remove the line for global"
                : DidYouMean.remedy(known, name));
        return null;
      }
      for (String key : KEYS) {
        YamlValue value = values.get(key);
        if (key.startsWith("endpoints.") && value != null) {
          problem(
              value.line(),
              key,
              "is for cloud: custom only; the hosts of cloud: " + name + " are known",
              "Remove it, or write cloud: custom");
        }
      }
      return real;
    }

    private @Nullable URI endpoint(String key) {
      String form = "Write https://host or https://host:port";
      String text = text(key);
      if (text == null) {
        missing(key, "cloud: custom needs it. " + form);
        return null;
      }
      URI uri;
      try {
        uri = new URI(text.strip());
      } catch (URISyntaxException e) {
        problem(key, "is not a URL", form);
        return null;
      }
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
      if (host.isEmpty() || uri.getPort() > 65535 || uri.getPort() == 0) {
        problem(key, "names no host, or no port from 1 to 65535", form);
        return null;
      }
      if (!uri.getRawPath().matches("/?")
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null
          || uri.getRawUserInfo() != null) {
        problem(key, "has more than a host and a port", form + ", without path, user or query");
        return null;
      }
      if (scheme.equals("http") && demo && !LOOPBACK.contains(host)) {
        problem(key, "is http to another machine", "http is for localhost in the demo. " + form);
        return null;
      }
      if (!scheme.equals("https") && !(scheme.equals("http") && demo)) {
        problem(key, "is not https, and a token would travel in clear", form);
        return null;
      }
      return URI.create(scheme + "://" + host + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
    }

    private @Nullable Path path(String key, boolean required, String remedy) {
      String text = text(key);
      if (text == null) {
        if (required) {
          missing(key, remedy);
        }
        return null;
      }
      if (text.contains("-----BEGIN")) {
        problem(
            key,
            "holds PEM text",
            "Put it into a file of its own, chmod 600, and write the file's name here");
        return null;
      }
      try {
        Path directory = file == null ? null : file.toAbsolutePath().getParent();
        return (directory == null ? Path.of(text) : directory.resolve(text))
            .toAbsolutePath()
            .normalize();
      } catch (InvalidPathException e) {
        problem(
            key,
            "is not a file's name",
            "Write a path relative to this file, without control characters");
        return null;
      }
    }

    private List<String> reports() {
      YamlValue value = values.get("reports");
      String example = "Write for example reports: [" + String.join(", ", reports) + "]";
      if (value == null || value.items().isEmpty()) {
        missing("reports", example);
        return List.of();
      }
      if (!value.list()) {
        problem("reports", "is not a list", example);
        return List.of();
      }
      Set<String> chosen = new LinkedHashSet<>();
      for (YamlValue.Item item : value.items()) {
        String report = item.text();
        if (!reports.contains(report)) {
          problem(
              item.line(),
              "reports",
              "there is no report " + shown(report),
              DidYouMean.remedy(reports, report));
        } else if (!chosen.add(report)) {
          problem(item.line(), "reports", report + " is given twice", "Keep one of the two");
        }
      }
      return List.copyOf(chosen);
    }

    private @Nullable String text(String key) {
      YamlValue value = values.get(key);
      return value == null || value.list() || value.items().isEmpty()
          ? null
          : value.items().get(0).text();
    }

    private void missing(String key, String remedy) {
      YamlValue value = values.get(key);
      boolean explained =
          problems.stream()
              .anyMatch(
                  problem -> key.equals(problem.key()) || key.startsWith(problem.key() + "."));
      if (explained) {
        return;
      }
      if (value == null) {
        problem(0, key, "is missing", remedy);
      } else {
        problem(value.line(), key, "has no value", remedy);
      }
    }

    private void problem(String key, String cause, String remedy) {
      YamlValue value = values.get(key);
      problem(value == null ? 0 : value.line(), key, cause, remedy);
    }

    private void problem(int line, String key, String cause, String remedy) {
      problems.add(new Problem(place, line, key, cause, remedy));
    }
  }

  /** A written value as it may be shown: one short line. */
  static String shown(String value) {
    return "\"" + OneLine.of(value, 41) + "\"";
  }
}
