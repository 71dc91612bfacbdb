package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.Role;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.relay.QuickRelay;
import io.entrarelay.relay.Relay;
import io.entrarelay.simulator.CancelledAs;
import io.entrarelay.simulator.ReplicationLag;
import io.entrarelay.simulator.SimulatedApplication;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Tenancy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/**
 * A tenant is connected by consent, in a real browser: the console's pages, Microsoft's as the
 * simulator has them, and a relay that collects what becomes readable.
 */
@Timeout(240)
@Tag("browser")
@NullUnmarked // fields are set before all tests
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsentIT {
  private static final By STATE = By.id("state");

  @TempDir static Path folder;

  private static Chromium browser;
  private static Simulator simulator;
  private static SimulatedTenant tenant;
  private static Relay relay;
  private static Console console;
  private static String url;
  private static long began;

  @BeforeAll
  static void start() throws IOException {
    browser = Chromium.open();
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("https")
                .records(60)
                .span(Duration.ofMinutes(5))
                .rate(2)
                .late(0)
                .revised(0)
                .throttle(false)
                .tenants(0)
                .unconsented(1)
                .redirectUris(List.of("http://localhost" + ConsentPage.CALLBACK))
                .build());
    tenant = simulator.tenants().get(0);
    SimulatedApplication application = simulator.application();
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(config.resolve("ca.pem"), Objects.requireNonNull(simulator.caCertificate()));
    Files.writeString(
        config.resolve("application.pem"),
        application.certificatePem() + application.privateKeyPem());
    Map<String, Object> settings = QuickRelay.settings();
    settings.put("relay.graph.ca-certificate", "ca.pem");
    settings.put("relay.application.client-id", application.clientId());
    settings.put("relay.application.cloud", "custom");
    settings.put("relay.application.authority", simulator.base().toString());
    settings.put("relay.application.graph", simulator.base().toString());
    settings.put("relay.application.certificate", "application.pem");
    settings.put("relay.console.port", "0");
    began = System.nanoTime();
    relay = QuickRelay.start(folder, Path.of("routes"), settings);
    RelaySettings read = SettingsReader.read(config, Map.of(), settings);
    relay.store().users().add("tina", Role.TENANT_ADMINISTRATOR, OpenConsole.HASH, "test");
    console =
        Console.start(
            ConsoleParts.of(relay, read),
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8));
    // by this name Microsoft takes any port
    url = "http://localhost:" + console.port();
    browser.show(1280, 800, false);
    browser.signIn(url, "tina", OpenConsole.PASSWORD);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (console != null) {
      console.close();
    }
    if (relay != null) {
      relay.close();
    }
    if (simulator != null) {
      simulator.close();
    }
  }

  private static Tenancy tenancy() {
    return new Tenancy(tenant.tenantId(), simulator.application().clientId());
  }

  private static long taken() {
    return relay.feeds().stream()
        .flatMap(feed -> feed.tally().values().stream())
        .mapToLong(tally -> tally.taken())
        .sum();
  }

  private static long made(String report) {
    try (Stream<Truth.Entry> entries = simulator.truth().records(tenant.tenantId(), report)) {
      return entries.count();
    }
  }

  private static boolean hasFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("data/out"))) {
      return files.anyMatch(file -> file.toString().endsWith(".ndjson"));
    }
  }

  @Test
  @Order(1)
  void aCancelledConsentSaysSoAndChangesNothing() throws IOException {
    browser.leaveBy(By.id("add"));
    browser.picture("add-with-consent");
    browser.leaveBy(By.id("by-consent"));
    browser.type(By.id("name"), "fabrikam");
    browser.type(By.id("display-name"), "Fabrikam");
    browser.picture("consent-new");
    browser.leaveBy(By.id("continue"));
    assertThat(browser.text(STATE)).isEqualTo("awaiting consent");
    browser.picture("consent");
    simulator.cancelledAs(CancelledAs.CONSENT_REQUIRED);
    browser.leaveBy(By.id("authorize"));
    browser.leaveBy(By.cssSelector("[id^=administrator-]"));
    browser.leaveBy(By.id("cancel"));
    assertThat(browser.text(By.cssSelector("[role=alert]"))).contains("cancelled");
    assertThat(browser.text(STATE)).isEqualTo("awaiting consent");
    browser.picture("consent-cancelled");
    browser.driver.get(url + "/integrations");
    assertThat(browser.text(By.cssSelector(".awaiting"))).contains("Fabrikam", "awaiting consent");
    browser.picture("integrations-awaiting");
  }

  @Test
  @Order(2)
  void anApprovedConsentIsCollectedOnceMicrosoftHasReplicated() throws IOException {
    simulator.replicationLag(ReplicationLag.each(Duration.ofSeconds(2)));
    browser.driver.get(url + "/consent/fabrikam");
    browser.leaveBy(By.id("authorize"));
    browser.leaveBy(By.id("accept"));
    browser.find(By.id("integration"));
    assertThat(browser.driver.getCurrentUrl()).isEqualTo(url + "/integrations/fabrikam");
    browser.picture("consent-provisioning");
    browser.awaitText(STATE, "collecting");
    List<State> states =
        relay.store().integrations().history(tenancy(), 50).stream().map(Standing::state).toList();
    assertThat(states)
        .startsWith(State.COLLECTING)
        .endsWith(State.PROVISIONING, State.AWAITING_CONSENT);
    assertThat(taken()).isPositive();
    await().atMost(Chromium.PATIENCE).until(ConsentIT::hasFiles);
    Duration toTheFirstRecord = Duration.ofNanos(System.nanoTime() - began);
    System.out.printf(
        "first record in a file after %d clicks, one consent cancelled among them, and %d s%n",
        browser.clicks(), toTheFirstRecord.toSeconds());
    assertThat(browser.clicks()).isLessThan(10);
    assertThat(toTheFirstRecord).isLessThan(Duration.ofMinutes(5));
    browser.picture("consent-collecting");
  }

  @Test
  @Order(3)
  void revokedConsentDegradesAndIsGrantedAgainWithoutAGap() throws IOException {
    simulator.replicationLag(ReplicationLag.NONE);
    simulator.enterpriseApplication(tenant.tenantId(), simulator.application().clientId()).delete();
    simulator.expireTokens(tenant.tenantId());
    browser.awaitText(STATE, "degraded");
    browser.picture("consent-revoked");
    browser.driver.get(url + "/integrations");
    browser.picture("integrations-revoked");
    browser.leaveBy(By.id("grant-consent-fabrikam"));
    browser.leaveBy(By.id("authorize"));
    browser.leaveBy(By.id("accept"));
    browser.find(By.id("integration"));
    browser.awaitText(STATE, "collecting");
    simulator.stopLive();
    long made = made("signIns") + made("directoryAudits");
    await().atMost(Chromium.PATIENCE).until(() -> taken() == made);
  }

  @Test
  @Order(4)
  void itIsPausedResumedAndTriedAgainFromItsPage() throws IOException {
    browser.driver.get(url + "/integrations/fabrikam");
    browser.leaveBy(By.id("pause"));
    browser.awaitText(STATE, "paused");
    browser.picture("paused");
    browser.leaveBy(By.id("resume"));
    browser.awaitText(STATE, "collecting");
    long before = simulator.truth().tokenRequests();
    browser.leaveBy(By.id("refresh"));
    assertThat(browser.text(By.cssSelector("[role=status]"))).contains("tried again");
    await().atMost(Chromium.PATIENCE).until(() -> simulator.truth().tokenRequests() > before);
    browser.awaitText(STATE, "collecting");
  }
}
