package io.entrarelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.config.RelaySettings.Budget;
import io.entrarelay.config.RelaySettings.Compression;
import io.entrarelay.config.RelaySettings.Revisions;
import io.entrarelay.graph.Cloud;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What settings may say, and where. What they may not is in {@link InvalidFilesTest}. */
@NullUnmarked
class SettingsReaderTest {
  @TempDir Path directory;

  private RelaySettings read(String relay) throws IOException {
    return read(relay, Map.of());
  }

  private RelaySettings read(String relay, Map<String, String> environment) throws IOException {
    Files.writeString(directory.resolve("application.yaml"), relay);
    return SettingsReader.read(directory, environment, Map.of());
  }

  private RelaySettings environment(String name, String value) {
    return SettingsReader.read(directory, Map.of(name, value), Map.of());
  }

  @Test
  void withoutAFileTheDefaultsHold() {
    RelaySettings settings = SettingsReader.read(directory, Map.of(), Map.of());

    assertThat(settings.collect().every()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.collect().slice()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.collect().sweeps())
        .extracting(DurationText::format)
        .containsExactly("0s", "1m", "3m", "7m", "15m", "45m", "3h", "1d");
    assertThat(settings.collect().horizon()).isEqualTo(Duration.ofHours(24).plusMinutes(1));
    assertThat(settings.collect().backfill()).isEqualTo(Duration.ofHours(24));
    assertThat(settings.collect().remember()).isEqualTo(Duration.ofDays(3));
    assertThat(settings.collect().revisions()).isEqualTo(Revisions.EMIT);
    assertThat(settings.graph().budget()).isEqualTo(new Budget(5, Duration.ofSeconds(10)));
    assertThat(settings.graph().proxy()).isNull();
    assertThat(settings.forms()).containsExactly("vendor", "ocsf");
    RelaySettings.Files files = settings.sinks().files();
    assertThat(files.enabled()).isTrue();
    assertThat(files.directory()).isEqualTo(Path.of("out"));
    assertThat(files.rollEvery()).isEqualTo(Duration.ofMinutes(1));
    assertThat(files.rollSize()).isEqualTo(64 * 1024 * 1024);
    assertThat(files.compression()).isEqualTo(Compression.NONE);
    assertThat(files.retain()).isNull();
    assertThat(settings.sinks().kafka())
        .isEqualTo(
            new RelaySettings.Kafka(
                false,
                "",
                "entra.$simple{variable.form}.$simple{variable.report}",
                false,
                Map.of()));
    assertThat(settings.state().url()).isNull();
    assertThat(settings.console().address()).isEqualTo("127.0.0.1");
    assertThat(settings.console().port()).isEqualTo(8080);
  }

  @Test
  void theFileInTheRepositoryNamesEveryKeyWithItsDefault() throws IOException {
    Path shipped = Path.of("config");
    RelaySettings defaults = SettingsReader.read(directory, Map.of(), Map.of());
    assertThat(SettingsReader.read(shipped, Map.of(), Map.of())).isEqualTo(defaults);

    String opened =
        Pattern.compile("(?m)^( *)#([a-z-]+:.*)$")
            .matcher(Files.readString(shipped.resolve("application.yaml")))
            .replaceAll("$1$2");
    assertThat(read(opened)).isEqualTo(defaults);
    assertThat(YamlKeys.read(directory.resolve("application.yaml"), 1 << 20, "relay").values())
        .containsOnlyKeys(SettingsReader.keys());
  }

  @Test
  void aSharedApplicationIsReadWholeOrNotAtAll() throws IOException {
    assertThat(read("relay.application: {}").application()).isNull();
    RelaySettings.Application application =
        read("""
                relay.application:
                  client-id: C0FFEE00-1111-4222-8333-944455556666
                  cloud: custom
                  authority: https://localhost:18443
                  graph: https://localhost:18443/
                  certificate: app.pem
                """)
            .application();
    assertThat(application)
        .isEqualTo(
            new RelaySettings.Application(
                "c0ffee00-1111-4222-8333-944455556666",
                Cloud.custom(
                    URI.create("https://localhost:18443"), URI.create("https://localhost:18443")),
                directory.resolve("app.pem"),
                directory.resolve("app.pem")));
    assertRefused(
        "relay.application: {client-id: none, certificate: app.pem, cloud: globe}",
        "relay.application.client-id: is not a GUID",
        "relay.application.cloud: there is no cloud \"globe\". Did you mean global?");
    assertRefused(
        "relay.application: {certificate: app.pem}", "relay.application.client-id: is missing");
    assertRefused(
        "relay.application: {client-id: c0ffee00-1111-4222-8333-944455556666}",
        "relay.application.certificate: is missing");
    assertRefused(
        "relay.application: {client-id: c0ffee00-1111-4222-8333-944455556666, certificate: a.pem,"
            + " graph: 'http://localhost'}",
        "relay.application.graph: is not an https address alone");
  }

  private void assertRefused(String text, String... messages) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(messages);
  }

  @Test
  void theFileIsRead() throws IOException {
    RelaySettings settings =
        read(
            """
            camel: {main: {name: mine}, list: [{a: 1}]}
            logging.level.root: warn
            relay.collect.every: 500ms
            relay:
              collect: {slice: 1s, sweeps: [0s, 2s, 1m], remember: 2m, revisions: ignore}
              graph: {budget: off, proxy: "http://me:p%40ss@proxy:3128", ca-certificate: ca.pem}
              forms: ocsf, vendor
              sinks.files: {compression: zstd, retain: 90d, roll-size: 1GB, directory: /var/out}
              state: {password: "${STATE_PASSWORD}", user: "${STATE_USER:relay}"}
            """,
            Map.of("STATE_PASSWORD", "hunter2"));

    assertThat(settings.collect().every()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.collect().sweeps()).hasSize(3);
    assertThat(settings.collect().horizon()).isEqualTo(Duration.ofSeconds(61));
    assertThat(settings.collect().revisions()).isEqualTo(Revisions.IGNORE);
    assertThat(settings.graph().budget()).isNull();
    assertThat(settings.graph().caCertificate()).isEqualTo(directory.resolve("ca.pem"));
    RelaySettings.Proxy proxy = settings.graph().proxy();
    assertThat(proxy).isEqualTo(new RelaySettings.Proxy("proxy", 3128, "me", "p@ss"));
    assertThat(settings.forms()).containsExactly("ocsf", "vendor");
    assertThat(settings.sinks().files().compression()).isEqualTo(Compression.ZSTD);
    assertThat(settings.sinks().files().retain()).isEqualTo(Duration.ofDays(90));
    assertThat(settings.sinks().files().rollSize()).isEqualTo(1L << 30);
    assertThat(settings.sinks().files().directory()).isEqualTo(Path.of("/var/out"));
    assertThat(settings.state().user()).isEqualTo("relay");
    assertThat(settings.state().password()).isEqualTo("hunter2");
    assertThat(settings.toString() + settings.graph() + settings.state() + proxy)
        .doesNotContain("hunter2", "p@ss", "p%40ss");
    assertThat(settings.asProperties())
        .doesNotContainKeys("relay.state.password", "relay.graph.proxy");
  }

  @Test
  void anyPropertyOfKafkasProducerIsTakenAndShownToNobody() throws IOException {
    RelaySettings settings =
        read(
            """
            relay:
              sinks:
                kafka:
                  enabled: true
                  brokers: [kafka1:9092, "[::1]:9092"]
                  topic: soc-{integration}.{form}
                  transactional: true
                  properties:
                    security.protocol: SASL_SSL
                    ssl.truststore: {type: PEM, location: ca.pem}
                    sasl.jaas.config: 'org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="${KAFKA_PASSWORD}";'
            """,
            Map.of(
                "KAFKA_PASSWORD",
                "hunter2",
                "RELAY_SINKS_KAFKA_PROPERTIES_SASL_MECHANISM",
                "PLAIN"));

    RelaySettings.Kafka kafka = settings.sinks().kafka();
    assertThat(kafka.enabled()).isTrue();
    assertThat(kafka.brokers()).isEqualTo("kafka1:9092,[::1]:9092");
    assertThat(kafka.topic()).isEqualTo("soc-$simple{variable.integration}.$simple{variable.form}");
    assertThat(kafka.properties())
        .containsOnly(
            Map.entry("security.protocol", "SASL_SSL"),
            Map.entry("ssl.truststore.type", "PEM"),
            Map.entry(
                "ssl.truststore.location", directory.resolve("ca.pem").toAbsolutePath().toString()),
            Map.entry("sasl.mechanism", "PLAIN"),
            Map.entry(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"me\" password=\"hunter2\";"));
    assertThat(settings.toString() + kafka).doesNotContain("hunter2");
    assertThat(settings.asProperties().keySet())
        .noneMatch(key -> key.startsWith("relay.sinks.kafka.properties"));
  }

  @Test
  void memoryReachesToTheHorizonUnlessSaidOtherwise() throws IOException {
    assertThat(read("relay: {collect: {sweeps: [0s, 5d]}}").collect().remember())
        .isEqualTo(Duration.ofDays(5).plusMinutes(1));
  }

  @Test
  void theEnvironmentGoesBeforeTheFileAndOverridesBeforeBoth() throws IOException {
    Files.writeString(directory.resolve("application.yaml"), "relay: {collect: {every: 10s}}");
    Map<String, String> environment = Map.of("RELAY_COLLECT_EVERY", "20s", "PATH", "/bin");
    Map<String, Object> overrides = Map.of("relay.collect.every", Duration.ofSeconds(30));

    assertThat(SettingsReader.read(directory, Map.of(), Map.of()).collect().every())
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(SettingsReader.read(directory, environment, Map.of()).collect().every())
        .isEqualTo(Duration.ofSeconds(20));
    assertThat(SettingsReader.read(directory, environment, overrides).collect().every())
        .isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RELAY_SINKS_FILES_ROLL_EVERY", "RELAY_SINKS_FILES_ROLLEVERY"})
  void dashesAreUnderscoresOrNothingInTheEnvironment(String name) {
    assertThat(environment(name, "5s").sinks().files().rollEvery())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void listsAreSeparatedByCommasInTheEnvironment() {
    assertThat(environment("RELAY_COLLECT_SWEEPS", "0s, 1s,5s").collect().sweeps())
        .extracting(DurationText::format)
        .containsExactly("0s", "1s", "5s");
  }

  @Test
  void anEmptyVariableSaysNothing() {
    assertThat(environment("RELAY_COLLECT_EVERY", "").collect().every())
        .isEqualTo(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RELAY_COLECT_EVERY | 10s | environment: RELAY_COLECT_EVERY: is not the name of a setting."
            + " Did you mean RELAY_COLLECT_EVERY?",
        "RELAY_EVERY | 10s | environment: RELAY_EVERY: is not the name of a setting."
            + " Did you mean RELAY_COLLECT_EVERY?",
        "RELAY_PORTHOLE | 1 | environment: RELAY_PORTHOLE: is not the name of a setting."
            + " Known are RELAY_COLLECT_EVERY and others: see application.yaml.",
        "RELAY_COLLECT_EVERY | 10 | environment: RELAY_COLLECT_EVERY: \"10\" has no unit."
            + " Write a number and ms, s, m, h or d, from 100ms to 1d.",
        "RELAY_SINKS_KAFKA_PROPERTIES_SASL_MECHANISMS | PLAIN | environment:"
            + " RELAY_SINKS_KAFKA_PROPERTIES_SASL_MECHANISMS: is no property of a Kafka producer."
            + " Did you mean sasl.mechanism?",
        "RELAY_STATE_PASSWORT | hunter2 | environment: RELAY_STATE_PASSWORT: is not the name of a"
            + " setting. Did you mean RELAY_STATE_PASSWORD?"
      })
  void variablesAreRefusedByName(String name, String value, String message) {
    assertThatThrownBy(() -> environment(name, value))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void twoSpellingsOfOneVariableAreRefused() {
    Map<String, String> both =
        Map.of("RELAY_SINKS_FILES_ROLL_EVERY", "1s", "RELAY_SINKS_FILES_ROLLEVERY", "2s");
    assertThatThrownBy(() -> SettingsReader.read(directory, both, Map.of()))
        .hasMessageContaining("is the same setting as RELAY_SINKS_FILES_ROLL");
  }

  @Test
  void whatKubernetesAddsForAServiceNamedRelayIsLeftAlone() {
    Map<String, String> links =
        Map.of(
            "RELAY_SERVICE_HOST", "10.0.0.1",
            "RELAY_SERVICE_PORT_HTTP", "80",
            "RELAY_PORT", "tcp://10.0.0.1:80",
            "RELAY_PORT_80_TCP_ADDR", "10.0.0.1");
    assertThat(SettingsReader.read(directory, links, Map.of()).console().port()).isEqualTo(8080);
  }

  @Test
  void aVariableOfAPlaceholderMayBeNamedAsOneLikes() throws IOException {
    Map<String, String> environment = Map.of("RELAY_DB_PASSWORD", "hunter2");
    assertThat(
            read("relay: {state: {password: \"${RELAY_DB_PASSWORD}\"}}", environment)
                .state()
                .password())
        .isEqualTo("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"options", "socketTimeout", "connectTimeout", "service"})
  void whatDropsTheLimitsOfALeaseIsNoPartOfTheStatesUrl(String parameter) {
    assertThatThrownBy(
            () ->
                read(
                    "relay: {state: {url: \"jdbc:postgresql://db/relay?ssl=true&"
                        + parameter
                        + "=0\"}}"))
        .hasMessageContaining(
            "relay.state.url: sets " + parameter + ", and with it the time limits");
  }

  @Test
  void otherParametersOfTheStatesUrlAreTheDriversOwn() throws IOException {
    String url =
        "jdbc:postgresql://a,b/options?sslmode=verify-full&currentSchema=relay"
            + "&targetServerType=primary&tcpKeepAlive=true";
    assertThat(read("relay: {state: {url: \"" + url + "\"}}").state().url()).isEqualTo(url);
  }

  @Test
  void unknownOverridesAreRefused() {
    assertThatThrownBy(
            () -> SettingsReader.read(directory, Map.of(), Map.of("relay.collect.evry", "1s")))
        .hasMessage(
            "command line: relay.collect.evry: is not known. Did you mean relay.collect.every?");
  }

  @Test
  void allProblemsComeAtOnceInTheFilesOrder() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    relay:
                      forms: []
                      colour: blue
                      collect: {every: 1}
                    """))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e -> assertThat(e.problems()).extracting(Problem::line).containsExactly(2, 3, 4));
  }

  @Test
  void propertiesHaveFormsThatEveryCamelOptionTakes() throws IOException {
    Map<String, Object> properties =
        read("relay: {collect: {sweeps: [0s, 1m]}, sinks: {files: {retain: 1d}}}").asProperties();

    assertThat(properties)
        .containsEntry("relay.collect.every", 60_000L)
        .containsEntry("relay.collect.sweeps", "0,60000")
        .containsEntry("relay.sinks.files.roll-size", 67_108_864L)
        .containsEntry("relay.sinks.files.retain", 86_400_000L)
        .containsEntry("relay.sinks.files.enabled", true)
        .containsEntry("relay.graph.budget", "5/10s")
        .containsEntry("relay.forms", "vendor,ocsf");
  }

  @Test
  void valuesAreOverwrittenByNothingSecretInMessages() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    relay:
                      state: {passwort: hunter2, password: [hunter2]}
                      graph: {proxy: "socks://me:hunter2@proxy:1"}
                      secret: hunter2
                    """))
        .isInstanceOf(ConfigurationException.class)
        .message()
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "1500ms,1500", "60s,60000", "1m,60000", "3h,10800000", "3d,259200000"})
  void durations(String text, long millis) {
    assertThat(DurationText.parse(text)).isEqualTo(Duration.ofMillis(millis));
    assertThat(DurationText.parse(DurationText.format(Duration.ofMillis(millis))))
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "60", "-1s", "1.5s", "1 s", "1w", "1H", "9999999999s", "PT1S"})
  void noDurations(String text) {
    assertThatThrownBy(() -> DurationText.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0B,0",
    "512B,512",
    "1KB,1024",
    "64MB,67108864",
    "8GB,8589934592",
    "1TB,1099511627776"
  })
  void sizes(String text, long bytes) {
    assertThat(SizeText.parse(text)).isEqualTo(bytes);
    assertThat(SizeText.format(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "64", "64M", "64MiB", "-1KB", "1.5GB", "64mb", "9999999TB"})
  void noSizes(String text) {
    assertThatThrownBy(() -> SizeText.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "every, relay.collect.every",
    "relay.collect.evrey, relay.collect.every",
    "relay.collect.sweep, relay.collect.sweeps",
    "relay.sinks.files.rollEvery, relay.sinks.files.roll-every",
    "relay.sinks.file.roll-size, relay.sinks.files.roll-size"
  })
  void didYouMean(String written, String meant) {
    assertThat(DidYouMean.among(SettingsReader.keys(), written)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"relay.colour", "relay.collect.x", "relay.sinks.files.owner"})
  void nothingIsMeantByFarAwayNames(String written) {
    assertThat(DidYouMean.among(List.copyOf(SettingsReader.keys()), written)).isEmpty();
  }
}
