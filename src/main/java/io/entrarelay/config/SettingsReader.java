package io.entrarelay.config;

import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.config.RelaySettings.Budget;
import io.entrarelay.config.RelaySettings.Collect;
import io.entrarelay.config.RelaySettings.Compression;
import io.entrarelay.config.RelaySettings.Console;
import io.entrarelay.config.RelaySettings.Graph;
import io.entrarelay.config.RelaySettings.Oidc;
import io.entrarelay.config.RelaySettings.Outbox;
import io.entrarelay.config.RelaySettings.Protocol;
import io.entrarelay.config.RelaySettings.Proxy;
import io.entrarelay.config.RelaySettings.Revisions;
import io.entrarelay.config.RelaySettings.Secrets;
import io.entrarelay.config.RelaySettings.Sinks;
import io.entrarelay.config.RelaySettings.State;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings under {@code relay}: each key with its default and its bounds is said here,
 * once. Other keys of the file ({@code camel}, {@code logging}, {@code spring}) are left to Spring.
 */
public final class SettingsReader {
  private static final Pattern BUDGET = Pattern.compile("([1-9]\\d{0,3})/(\\d+[a-z]+)");

  /** What goes before the time limits of the state database that the relay itself sets. */
  private static final Pattern LIMITS =
      Pattern.compile(
          "^jdbc:postgresql:.*[?&](options|socketTimeout|connectTimeout|service)(?:=|&|$)");

  private static final List<String> FORMS = List.of("vendor", "ocsf");
  private static final Pattern FORM = Pattern.compile("[a-z0-9-]{1,63}");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z_][A-Za-z0-9._@-]{0,254}");
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.:-]{1,253}");

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** As long as Entra ID keeps activity with P1 or P2. */
  private static final Duration RETENTION = Duration.ofDays(30);

  private static final List<Duration> SWEEPS =
      List.of(
          Duration.ZERO,
          MINUTE,
          MINUTE.multipliedBy(3),
          MINUTE.multipliedBy(7),
          MINUTE.multipliedBy(15),
          MINUTE.multipliedBy(45),
          HOUR.multipliedBy(3),
          DAY);

  private final Path directory;
  private final SettingsValues values;

  private SettingsReader(Path directory, SettingsValues values) {
    this.directory = directory;
    this.values = values;
  }

  /**
   * Reads {@code application.yaml}; without the file, the defaults hold.
   *
   * @param configDirectory where {@code application.yaml} is
   * @param environment {@code RELAY_COLLECT_EVERY} is {@code relay.collect.every} and goes before
   *     the file
   * @param overrides goes before both, by key
   * @throws ConfigurationException with everything that is wrong
   */
  public static RelaySettings read(
      Path configDirectory, Map<String, String> environment, Map<String, Object> overrides) {
    SettingsValues values =
        SettingsValues.read(configDirectory.resolve("application.yaml"), environment, overrides);
    return new SettingsReader(configDirectory, values).settings();
  }

  private RelaySettings settings() {
    Collect collect = collect();
    Graph graph =
        new Graph(
            budget("relay.graph.budget"),
            proxy("relay.graph.proxy"),
            values.file("relay.graph.ca-certificate", directory));
    List<String> forms = forms("relay.forms");
    Sinks sinks = new Sinks(files(), new KafkaReader(directory, values).read(), syslog(forms));
    State state =
        new State(
            stateUrl("relay.state.url"),
            values.optional("relay.state.user"),
            values.secret("relay.state.password"),
            values.duration(
                "relay.state.lease", SECOND.multipliedBy(15), SECOND, MINUTE.multipliedBy(5)));
    Outbox outbox =
        new Outbox(
            values.size("relay.outbox.limit", 8L << 30, 1L << 20, 1L << 44),
            values.duration("relay.outbox.retention", Duration.ZERO, Duration.ZERO, RETENTION));
    Console console = console();
    Application application = new ApplicationReader(directory, values).read();
    Secrets secrets = new Secrets(values.file("relay.secrets.key-file", directory));
    return new RelaySettings(
        collect,
        graph,
        forms,
        sinks,
        state,
        outbox,
        console,
        application,
        secrets,
        values.finish());
  }

  private Console console() {
    Path certificate = values.file("relay.console.certificate", directory);
    Path privateKey = values.file("relay.console.private-key", directory);
    if ((certificate == null) != (privateKey == null)) {
      values.problem(
          certificate == null ? "relay.console.certificate" : "relay.console.private-key",
          "is missing",
          "Name both files, the certificate's and its key's, or neither; one file may hold both");
    }
    return new Console(
        values.flag("relay.console.enabled", true),
        values.matching(
            "relay.console.address", "127.0.0.1", ADDRESS, "Write an address like 127.0.0.1"),
        values.number("relay.console.port", 8080, 0, 65535),
        publicUrl("relay.console.public-url"),
        certificate,
        privateKey,
        oidc());
  }

  private @Nullable Oidc oidc() {
    URI issuer = issuer("relay.console.oidc.issuer");
    String clientId = values.optional("relay.console.oidc.client-id");
    Path secretFile = values.file("relay.console.oidc.client-secret-file", directory);
    String rolesClaim = values.text("relay.console.oidc.roles-claim", "roles");
    Map<Role, List<String>> roles = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      roles.put(role, values.texts("relay.console.oidc.roles." + role.text(), List.of()));
    }
    if (issuer == null) {
      if (clientId != null) {
        values.problem(
            "relay.console.oidc.issuer", "is missing", "Write the provider's address, its issuer");
      }
      return null;
    }
    if (clientId == null) {
      values.problem(
          "relay.console.oidc.client-id",
          "is missing",
          "Write the id that the provider has for this console");
    }
    if (roles.values().stream().allMatch(List::isEmpty)) {
      values.problem(
          "relay.console.oidc.roles",
          "has no value for any role, and nobody could sign in",
          "Write the values of the claim "
              + rolesClaim
              + " below it, by role: "
              + String.join(", ", Role.texts()));
    }
    return new Oidc(
        issuer, clientId == null ? "" : clientId, secretFile, rolesClaim, Map.copyOf(roles));
  }

  /** Tokens and keys come from there: https, or this machine. */
  private @Nullable URI issuer(String key) {
    URI uri = url(key, "https://login.microsoftonline.com/TENANT_ID/v2.0");
    if (uri != null
        && !"https".equalsIgnoreCase(uri.getScheme())
        && !List.of("localhost", "127.0.0.1", "[::1]").contains(uri.getHost())) {
      values.problem(key, "is not https", "Write the provider's https address");
    }
    return uri;
  }

  private Collect collect() {
    Duration every = values.duration("relay.collect.every", MINUTE, Duration.ofMillis(100), DAY);
    Duration slice = values.duration("relay.collect.slice", MINUTE, SECOND, HOUR);
    List<Duration> sweeps = sweeps("relay.collect.sweeps");
    Duration backfill = values.duration("relay.collect.backfill", DAY, Duration.ZERO, RETENTION);
    Duration horizon = sweeps.get(sweeps.size() - 1).plus(slice);
    Duration usual = Duration.ofDays(3);
    Duration remember =
        values.duration(
            "relay.collect.remember",
            usual.compareTo(horizon) < 0 ? horizon : usual,
            SECOND,
            Duration.ofDays(90));
    if (remember.compareTo(horizon) < 0) {
      values.problem(
          "relay.collect.remember",
          DurationText.format(remember)
              + " is shorter than the horizon, "
              + DurationText.format(horizon)
              + " (the last sweep and one slice), and records would come twice",
          "Write " + DurationText.format(horizon) + " or more");
    }
    Revisions revisions = values.choice("relay.collect.revisions", Revisions.EMIT);
    return new Collect(every, slice, sweeps, backfill, remember, revisions);
  }

  private List<Duration> sweeps(String key) {
    String form = "Write ages that begin with 0s and grow: [0s, 1m, 15m, 3h, 24h]";
    List<Duration> sweeps = values.durations(key, SWEEPS, form);
    if (sweeps.isEmpty() || !sweeps.get(0).isZero()) {
      values.problem(key, "does not begin with 0s, the first reading", form);
      return SWEEPS;
    }
    for (int i = 1; i < sweeps.size(); i++) {
      if (sweeps.get(i).compareTo(sweeps.get(i - 1)) <= 0) {
        values.problem(
            key,
            DurationText.format(sweeps.get(i))
                + " is not older than "
                + DurationText.format(sweeps.get(i - 1))
                + " before it",
            form);
        return SWEEPS;
      }
    }
    if (sweeps.size() > 16 || sweeps.get(sweeps.size() - 1).compareTo(RETENTION) >= 0) {
      values.problem(
          key, "has more than 16 ages, or one of 30d or more, when Graph has forgotten", form);
      return SWEEPS;
    }
    return sweeps;
  }

  private RelaySettings.Files files() {
    Duration rollEvery =
        values.duration("relay.sinks.files.roll-every", MINUTE, Duration.ofMillis(100), DAY);
    return new RelaySettings.Files(
        values.flag("relay.sinks.files.enabled", true),
        values.path("relay.sinks.files.directory", Path.of("out")),
        rollEvery,
        values.size("relay.sinks.files.roll-size", 64L << 20, 1L << 10, 16L << 30),
        values.choice("relay.sinks.files.compression", Compression.NONE),
        retain("relay.sinks.files.retain"),
        group("relay.sinks.files.group"));
  }

  private RelaySettings.Syslog syslog(List<String> forms) {
    boolean enabled = values.flag("relay.sinks.syslog.enabled", false);
    String host = host("relay.sinks.syslog.host");
    if (enabled && host == null) {
      values.problem(
          "relay.sinks.syslog.host",
          "is missing, and relay.sinks.syslog.enabled is true",
          "Write the receiver's name or address");
    }
    Protocol protocol = values.choice("relay.sinks.syslog.protocol", Protocol.TLS);
    int port =
        values.number("relay.sinks.syslog.port", protocol == Protocol.TLS ? 6514 : 514, 1, 65535);
    String form = values.text("relay.sinks.syslog.form", forms.isEmpty() ? "vendor" : forms.get(0));
    if (enabled && !forms.contains(form)) {
      values.problem(
          "relay.sinks.syslog.form",
          IntegrationReader.shown(form) + " is not among relay.forms, and nothing would be sent",
          "Write one of " + String.join(", ", forms) + ", or add it to relay.forms");
    }
    Path certificate = values.file("relay.sinks.syslog.certificate", directory);
    Path privateKey = values.file("relay.sinks.syslog.private-key", directory);
    if ((certificate == null) != (privateKey == null)) {
      values.problem(
          certificate == null ? "relay.sinks.syslog.certificate" : "relay.sinks.syslog.private-key",
          "is missing",
          "Name both files, the certificate's and its key's, or neither; one file may hold both");
    }
    return new RelaySettings.Syslog(
        enabled,
        host,
        port,
        protocol,
        form,
        values.file("relay.sinks.syslog.ca-certificate", directory),
        certificate,
        privateKey,
        values.size("relay.sinks.syslog.resend-window", 16L << 20, 1L << 10, 1L << 30),
        values.size("relay.sinks.syslog.max-size", 8096, 480, 64L << 20),
        values.flag("relay.sinks.syslog.confirm", true));
  }

  private @Nullable String host(String key) {
    String host = values.optional(key);
    if (host != null && !ADDRESS.matcher(host).matches()) {
      values.problem(
          key,
          IntegrationReader.shown(host) + " is no host",
          "Write a name or an address alone; the port is relay.sinks.syslog.port");
    }
    return host;
  }

  private @Nullable String group(String key) {
    String group = values.optional(key);
    if (group != null && !GROUP.matcher(group).matches()) {
      values.problem(
          key,
          IntegrationReader.shown(group) + " is not the name of a group",
          "Write the name of a group of this machine");
    }
    return group;
  }

  private @Nullable Duration retain(String key) {
    return "forever".equals(values.text(key, "forever"))
        ? null
        : values.duration(
            key, DAY, SECOND, Duration.ofDays(36500), "Write forever, or a time like 90d");
  }

  private @Nullable Budget budget(String key) {
    String form = "Write requests per time, like 5/10s (Graph's own limit), or off";
    String text = values.text(key, "5/10s");
    // Whoever reads the file by YAML 1.1 (Spring does) has false where off is written.
    if (text.equals("off") || text.equals("false")) {
      return null;
    }
    Matcher matcher = BUDGET.matcher(text);
    try {
      if (matcher.matches()) {
        Duration per = DurationText.parse(matcher.group(2));
        if (!per.isZero() && per.compareTo(HOUR) <= 0) {
          return new Budget(Integer.parseInt(matcher.group(1)), per);
        }
      }
    } catch (IllegalArgumentException e) {
      // the same as any other text that is no budget
    }
    values.problem(key, IntegrationReader.shown(text) + " is not a budget", form);
    return null;
  }

  private @Nullable Proxy proxy(String key) {
    String form = "Write http://host:port or http://user:password@host:port";
    String text = values.secret(key);
    if (text == null) {
      return null;
    }
    // The text may hold a password: no message repeats it, nor what the URI's parser says of it.
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      values.problem(key, "is not a URL (write @ : / in a password as %40 %3A %2F)", form);
      return null;
    }
    String[] user = uri.getUserInfo() == null ? new String[0] : uri.getUserInfo().split(":", 2);
    if (!"http".equals(uri.getScheme())
        || uri.getHost() == null
        || uri.getPort() < 1
        || uri.getPort() > 65535
        || !uri.getRawPath().matches("/?")
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || user.length == 1) {
      values.problem(key, "is not the URL of an HTTP proxy", form);
      return null;
    }
    return new Proxy(
        uri.getHost(),
        uri.getPort(),
        user.length == 0 ? null : user[0],
        user.length == 0 ? null : user[1]);
  }

  private List<String> forms(String key) {
    List<String> forms = values.texts(key, FORMS);
    String form = "Write names of folders under routes/mappings, or vendor: [vendor]";
    if (forms.isEmpty()) {
      values.problem(key, "has no form, and nothing would be delivered", form);
    }
    for (String name : forms) {
      if (!FORM.matcher(name).matches()) {
        values.problem(key, IntegrationReader.shown(name) + " is not the name of a form", form);
      }
    }
    if (forms.stream().distinct().count() < forms.size()) {
      values.problem(key, "has a form twice", "Keep one of the two");
    }
    return forms;
  }

  private @Nullable String stateUrl(String key) {
    String url = values.optional(key);
    Matcher limits = LIMITS.matcher(String.valueOf(url));
    if (url != null && !url.matches("jdbc:(sqlite:.+|postgresql:.+)")) {
      values.problem(
          key,
          "is not a JDBC URL of PostgreSQL or SQLite",
          "Write jdbc:postgresql://host:5432/database; without the line the state is in SQLite,"
              + " under the data directory");
    } else if (url != null && url.matches("(?i).*[?&](user|password)=.*")) {
      values.problem(
          key,
          "holds a user or a password, and URLs are shown in messages",
          "Write them as relay.state.user and relay.state.password");
    } else if (limits.find()) {
      values.problem(
          key,
          "sets "
              + limits.group(1)
              + ", and with it the time limits and the synced commits that keep two nodes from"
              + " working for one shard",
          "Take it out: a schema is named by currentSchema=relay, other settings belong to the"
              + " database user (ALTER ROLE … SET …)");
    }
    return url;
  }

  /** Without a slash at its end: paths are appended. */
  private @Nullable URI publicUrl(String key) {
    URI uri = url(key, "https://relay.example.com");
    return uri == null ? null : URI.create(uri.toString().replaceAll("/+$", ""));
  }

  private @Nullable URI url(String key, String example) {
    String text = values.optional(key);
    if (text == null) {
      return null;
    }
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (List.of("http", "https").contains(scheme)
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // the same as any other text that is no URL
    }
    values.problem(
        key,
        IntegrationReader.shown(text) + " is not a URL",
        "Write it as browsers see it: " + example);
    return null;
  }

  /** The keys of this version, in the order of {@code application.yaml}. */
  static List<String> keys() {
    SettingsValues values = SettingsValues.none();
    new SettingsReader(Path.of("config"), values).settings();
    return List.copyOf(values.known());
  }
}
