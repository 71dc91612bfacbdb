package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.Thumbprint;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/**
 * The console of a demo in a real browser: headless Chromium, one for all tests. Pictures of its
 * pages, at two widths, light and dark, are in {@code target/screenshots}.
 */
@Timeout(240)
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
  @TempDir static Path work;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ServedDemo demo;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Chromium browser;

  @BeforeAll
  static void open() throws IOException, InterruptedException {
    browser = Chromium.open();
    demo = ServedDemo.start(work);
  }

  @AfterAll
  static void close() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (demo != null) {
      demo.close();
    }
  }

  @BeforeEach
  void aWindow() {
    browser.show(1280, 800, false);
    browser.complaints(); // those of the test before
  }

  private static WebElement find(By what) {
    return browser.find(what);
  }

  private static String text(By what) {
    return browser.text(what);
  }

  private static void picture(String name) throws IOException {
    browser.picture(name);
  }

  private static List<String> complaints() {
    return browser.complaints();
  }

  private static void open(String path) {
    browser.driver.get(demo.url() + path);
  }

  private static void signIn(String name, String password) {
    browser.signIn(demo.url(), name, password);
  }

  @Test
  @Order(1)
  void thePrintedPasswordOpensTheIntegrations() throws IOException {
    open("");
    assertThat(browser.driver.getTitle()).startsWith("Sign in");
    picture("sign-in");
    signIn("admin", "something-else");
    assertThat(text(By.cssSelector("[role=alert]"))).contains("wrong");
    signIn("admin", demo.password());
    assertThat(text(By.cssSelector("h1"))).isEqualTo("Integrations");
    assertThat(browser.driver.getCurrentUrl()).isEqualTo(demo.url() + "/integrations");
    By taken = By.cssSelector("td[data-label=Taken]");
    String before = text(taken);
    Awaitility.await()
        .atMost(Chromium.PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> !text(taken).equals(before)); // by itself
    browser.awaitText(
        By.cssSelector("td[data-label=State]"), "collecting"); // once each report was read
    assertThat(text(By.cssSelector("td[data-label=Today]"))).matches("[1-9][0-9,]*");
    picture("integrations");
    find(By.id("query")).sendKeys("nobody");
    assertThat(text(By.cssSelector("#results .empty"))).contains("Nothing fits");
    assertThat(browser.driver.getCurrentUrl()).contains("query=nobody");
    picture("integrations-none");
    open("/audit-log");
    assertThat(text(By.tagName("table"))).contains("signed in", "sign-in failed", "user added");
    picture("audit-log");
    assertThat(complaints()).isEmpty();
  }

  @Test
  @Order(7)
  void aTenantIsAddedByItsCertificateWhichIsReplacedAndItIsRenamedAndRemoved() throws Exception {
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("http")
            .seed(6)
            .records(60)
            .span(Duration.ofMinutes(5))
            .rate(5)
            .throttle(false)
            .build();
    try (Simulator simulator = Simulator.start(options)) {
      SimulatedTenant tenant = simulator.tenants().get(0);
      signIn("admin", demo.password());
      find(By.id("add")).click();
      find(By.id("by-certificate"));
      picture("add");
      find(By.id("by-certificate")).click();
      fillIn("name", "Fabrikam Europe");
      fillIn("display-name", "Fabrikam Europe");
      fillIn("tenant-id", tenant.tenantId());
      find(By.id("add-it")).click();
      assertThat(text(By.id("name-wrong"))).contains("Write one like");
      assertThat(focused()).isEqualTo("name");
      browser.picture("add-certificate-wrong", 2000);
      Path large = Files.write(work.resolve("large.pem"), new byte[2 << 20]);
      find(By.id("certificate-file")).sendKeys(large.toString());
      find(By.id("add-it")).click();
      browser.awaitText(By.tagName("h1"), "Too large");
      picture("too-large");
      open("/add/certificate");
      assertThat(complaints()).allMatch(line -> line.matches(".*/add/certificate.* 4(00|13) .*"));
      assertThat(find(By.id("endpoints-graph")).isDisplayed()).isFalse();
      find(By.cssSelector("#cloud option[value=custom]")).click();
      fillIn("name", "fabrikam");
      fillIn("display-name", "Fabrikam");
      fillIn("tenant-id", tenant.tenantId());
      fillIn("client-id", tenant.clientId());
      fillIn("endpoints-authority", simulator.base().toString());
      fillIn("endpoints-graph", simulator.base().toString());
      Path certificate = Files.writeString(work.resolve("c.pem"), tenant.certificatePem());
      find(By.id("certificate-file")).sendKeys(certificate.toString());
      paste("private-key", tenant.privateKeyPem());
      browser.picture("add-certificate", 2000);
      find(By.id("add-it")).click();
      assertThat(text(By.cssSelector(".note.good"))).contains("It is added");
      assertThat(text(By.id("state"))).isIn("provisioning", "collecting");
      browser.awaitText(By.id("state"), "collecting");

      String renewed =
          simulator.renewCertificate(tenant.tenantId(), Duration.ofDays(90)).certificatePem();
      find(By.cssSelector("#rotate summary")).click();
      paste("rotate-certificate", renewed);
      find(By.id("rotate-it")).click();
      assertThat(text(By.id("rotate-private-key-wrong"))).contains("is missing");
      assertThat(focused()).isEqualTo("rotate-private-key");
      browser.picture("rotate", 2200);
      paste("rotate-private-key", tenant.privateKeyPem());
      find(By.id("rotate-it")).click();
      browser.awaitText(By.cssSelector(".note.good"), "The new certificate is used");
      assertThat(text(By.id("thumbprint")))
          .isEqualTo(Thumbprint.sha1(CredentialReader.certificates(renewed).get(0)));
      simulator.expireTokens(tenant.tenantId());
      String before = text(By.id("today"));
      Awaitility.await()
          .atMost(Chromium.PATIENCE)
          .until(() -> !text(By.id("today")).equals(before));
      browser.awaitText(By.id("state"), "collecting");

      find(By.cssSelector("#rename summary")).click();
      fillIn("rename-name", "fabrikam-eu");
      find(By.id("rename-it")).click();
      browser.awaitText(By.cssSelector(".note.good"), "It is renamed");
      assertThat(browser.driver.getCurrentUrl())
          .isEqualTo(demo.url() + "/integrations/fabrikam-eu");
      browser.awaitText(By.id("state"), "collecting");
      find(By.cssSelector("#remove summary")).click();
      browser.picture("remove", 2200);
      find(By.id("remove-it")).click();
      browser.awaitText(By.cssSelector(".note.good"), "fabrikam-eu is removed");
      assertThat(text(By.tagName("table"))).doesNotContain("fabrikam");
      // its page may have asked for news a moment after it was removed
      assertThat(complaints())
          .filteredOn(line -> !line.contains("/integrations/fabrikam-eu"))
          .isEmpty();
    }
  }

  private static void fillIn(String field, String text) {
    WebElement element = find(By.id(field));
    element.clear();
    element.sendKeys(text);
  }

  /** At once, as the clipboard does. */
  private static void paste(String field, String text) {
    browser.driver.executeScript("arguments[0].value = arguments[1]", find(By.id(field)), text);
  }

  private static Object focused() {
    return browser.driver.executeScript("return document.activeElement.id");
  }

  @Test
  @Order(2)
  void aViewerIsRefusedWhatOthersMay() throws IOException {
    signIn("vera", OpenConsole.PASSWORD);
    assertThat(text(By.cssSelector(".top nav"))).contains("Hawtio").doesNotContain("Audit log");
    open("/audit-log");
    assertThat(text(By.tagName("h1"))).isEqualTo("Not allowed");
    picture("not-allowed");
  }

  @Test
  @Order(3)
  void anOperatorHasASpanReadAgainAndSeesHowMuchIsLeft() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    browser.leaveBy(By.cssSelector("tbody a.title"));
    find(By.cssSelector("#backfill summary")).click();
    fill("from", "2026-01-01T00:00:00");
    find(By.id("backfill-ask")).click();
    assertThat(text(By.cssSelector("#backfill [role=alert]"))).contains("relay.collect.remember");
    picture("backfill-refused");
    assertThat(find(By.id("from")).getDomProperty("value")).startsWith("2026-01-01T00:00");
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    fill("from", now.minus(Duration.ofMinutes(14)).toString().replace("Z", ""));
    find(By.id("backfill-ask")).click();
    assertThat(text(By.cssSelector(".note.good"))).contains("It is being read");
    assertThat(text(By.tagName("progress"))).isNotNull();
    picture("integration");
    assertThat(complaints()).isEmpty();
  }

  @Test
  @Order(4)
  void anOperatorChecksAnIntegration() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    browser.leaveBy(By.cssSelector("tbody a.title"));
    find(By.id("check-now")).click();
    Awaitility.await()
        .atMost(Chromium.PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> text(By.id("checked")).startsWith("Checked")); // by itself
    assertThat(text(By.cssSelector("#check .lines")))
        .contains("certificate", "token", "signIns", "riskyUsers", "sink files")
        .doesNotContain("failed");
    browser.driver.executeScript("document.getElementById('check').scrollIntoView()");
    picture("check");
    assertThat(complaints()).isEmpty();
  }

  @Test
  @Order(5)
  void anOperatorSeesTheSinksAndHasOneSendAgain() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    find(By.linkText("Sinks")).click();
    assertThat(text(By.cssSelector("td[data-label=State]"))).isEqualTo("delivers");
    assertThat(text(By.cssSelector("td[data-label=Delivered]"))).matches("now|\\d+ s ago");
    assertThat(text(By.id("fill"))).isEqualTo("0%");
    picture("sinks");
    browser.leaveBy(By.linkText("files"));
    fill("from", Instant.now().minusSeconds(600).toString().substring(0, 19));
    find(By.id("replay")).click();
    assertThat(text(By.cssSelector(".note.good"))).contains("relay.outbox.retention");
    picture("sink");
    assertThat(complaints()).isEmpty();
  }

  @Test
  @Order(6)
  void anOperatorSeesRetriesAndDropsDeadLetters() throws IOException, SQLException {
    setAside("sink.files", "the receiver is full");
    setAside("cut", "it is no object");
    signIn("olaf", OpenConsole.PASSWORD);
    find(By.linkText("Dead letters")).click();
    assertThat(text(By.tagName("tbody"))).contains("sink.files", "it is no object");
    picture("dead-letters");
    find(By.cssSelector("tbody tr:first-child a.title")).click();
    assertThat(text(By.id("record"))).contains("\"note\":\"<b>sink.files</b>\"");
    picture("dead-letter");
    find(By.id("retry")).click();
    assertThat(text(By.cssSelector(".note.good"))).contains("1 is on its way");
    Awaitility.await()
        .atMost(Chromium.PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              browser.driver.navigate().refresh();
              return !text(By.tagName("tbody")).contains("sink.files");
            });
    find(By.cssSelector("tbody input[name=id]")).click();
    find(By.id("drop")).click();
    assertThat(text(By.cssSelector(".note.bad"))).contains("Nothing was dropped");
    find(By.cssSelector("tbody input[name=id]")).click();
    find(By.id("sure")).click();
    find(By.id("drop")).click();
    assertThat(text(By.cssSelector(".note.good"))).contains("1 was dropped for good");
    assertThat(text(By.cssSelector(".empty"))).isEqualTo("Nothing was set aside.");
    assertThat(complaints()).isEmpty();
  }

  /** A letter in the state of the relay that runs. */
  private static void setAside(String stage, String reason) throws SQLException {
    byte[] record = ("{\"id\":\"1\",\"note\":\"<b>" + stage + "</b>\"}").getBytes(UTF_8);
    try (Connection state = DriverManager.getConnection("jdbc:sqlite:" + demo.state());
        PreparedStatement insert =
            state.prepareStatement(
                "INSERT INTO dead_letter (fingerprint, shard, stage, reason, form, integration,"
                    + " report, tenant_id, collected_at, revision, first_at, last_at, times,"
                    + " bytes, record) VALUES (?, 0, ?, ?, 'vendor', 'contoso', 'signIns',"
                    + " '9f4e1681-a709-4ca6-a543-3e74e03133bd', ?, 0, ?, ?, 1, ?, ?)")) {
      insert.setString(1, stage);
      insert.setString(2, stage);
      insert.setString(3, reason);
      for (int at = 4; at <= 6; at++) {
        insert.setLong(at, System.currentTimeMillis() - 90_000);
      }
      insert.setInt(7, record.length);
      insert.setBytes(8, record);
      insert.executeUpdate();
    }
  }

  /** Sets a field for times: what is typed there depends on the browser's language. */
  private static void fill(String field, String time) {
    browser.driver.executeScript("arguments[0].value = arguments[1]", find(By.id(field)), time);
  }
}
