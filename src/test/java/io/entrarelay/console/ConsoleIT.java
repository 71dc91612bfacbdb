package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.entrarelay.config.Role;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.Thumbprint;
import io.entrarelay.relay.RelayProcess;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.JdbcStore;
import java.io.File;
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
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * The console of a demo in a real browser: headless Chromium, one for all tests. Pictures of its
 * pages, at two widths, light and dark, are in {@code target/screenshots}.
 */
@Timeout(240)
@Tag("alone") // a browser beside other tests takes as long as its bounds
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
  private static final Path PICTURES = Path.of("target/screenshots");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String ROUTE = "provisioning.tick";

  /** Kept, since others forget its level: it wishes for a library for each Chromium. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  @TempDir static Path work;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static RelayProcess relay;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ChromeDriver browser;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static String url;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static String password;

  @BeforeAll
  static void open() throws IOException {
    Optional<File> chromium = program("chromium");
    Optional<File> driver = program("chromedriver");
    if (chromium.isEmpty() || driver.isEmpty()) {
      String missing =
          "no Chromium: apt-get install chromium chromium-driver, and this test runs as well";
      assertThat(System.getenv("CI")).as(missing).isNotEqualTo("true");
      assumeTrue(false, missing);
    }
    SELENIUM.setLevel(Level.SEVERE);
    Path log = work.resolve("log");
    relay =
        RelayProcess.start(
            work,
            work.resolve("data"),
            Map.of("RELAY_CONSOLE_ENABLED", "true", "RELAY_CONSOLE_PORT", "0"),
            log,
            "demo");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow());
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(driver.orElseThrow()).build(),
            options);
    browser.manage().timeouts().implicitlyWait(Duration.ZERO);
    url = said(log, "The console is at (\\S+)/\\s");
    password = said(log, "password ([a-z0-9-]{29}) ");
    try (JdbcStore store = JdbcStore.beside(work.resolve("data/state/relay.db"))) {
      String hash = Passwords.hash(OpenConsole.PASSWORD);
      store.users().add("vera", Role.VIEWER, hash, "test");
      store.users().add("olaf", Role.OPERATOR, hash, "test");
    }
    Files.createDirectories(PICTURES);
  }

  private static Optional<File> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> new File(directory, name))
        .filter(File::canExecute)
        .findFirst();
  }

  private static String said(Path log, String what) {
    Pattern pattern = Pattern.compile(what);
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              Matcher matcher = pattern.matcher(Files.readString(log));
              return matcher.find() ? matcher.group(1) : "";
            },
            found -> !found.isEmpty());
  }

  @AfterAll
  static void close() throws InterruptedException {
    if (browser != null) {
      browser.quit();
    }
    if (relay != null) {
      relay.close();
    }
  }

  @BeforeEach
  void aWindow() {
    show(1280, 800, false);
    complaints(); // those of the test before
  }

  private static void show(int width, int height, boolean dark) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  /** What is there of the page in all its looks. */
  private static void picture(String name) throws IOException {
    picture(name, 844);
  }

  private static void picture(String name, int height) throws IOException {
    for (boolean dark : new boolean[] {false, true}) {
      for (int width : new int[] {1280, 390}) {
        show(width, width == 390 ? height : Math.max(800, height * 2 / 3), dark);
        Files.write(
            PICTURES.resolve(name + "-" + width + (dark ? "-dark" : "-light") + ".png"),
            browser.getScreenshotAs(OutputType.BYTES));
        assertThat(
                (Boolean)
                    browser.executeScript(
                        "return document.documentElement.scrollWidth <= window.innerWidth"))
            .as("nothing of " + name + " is cut off at " + width)
            .isTrue();
      }
    }
    show(1280, 800, false);
  }

  /** The first element, once it is there. */
  private static WebElement find(By what) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> browser.findElements(what), found -> !found.isEmpty())
        .get(0);
  }

  private static String text(By what) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(StaleElementReferenceException.class)
        .until(() -> find(what).getText(), text -> true);
  }

  private static void signIn(String name, String with) {
    browser.manage().deleteAllCookies();
    browser.get(url + "/sign-in");
    find(By.id("name")).sendKeys(name);
    find(By.id("password")).sendKeys(with);
    WebElement button = find(By.cssSelector("main button[type=submit]"));
    button.click();
    // another page asked for before the answer is there would take the place of the sign-in
    Awaitility.await().atMost(PATIENCE).until(() -> isGone(button));
  }

  private static boolean isGone(WebElement element) {
    try {
      element.isEnabled();
      return false;
    } catch (StaleElementReferenceException e) {
      return true;
    }
  }

  @Test
  @Order(1)
  void thePrintedPasswordOpensTheIntegrations() throws IOException {
    browser.get(url);
    assertThat(browser.getTitle()).startsWith("Sign in");
    picture("sign-in");
    signIn("admin", "something-else");
    assertThat(text(By.cssSelector("[role=alert]"))).contains("wrong");
    signIn("admin", password);
    assertThat(text(By.cssSelector("h1"))).isEqualTo("Integrations");
    assertThat(browser.getCurrentUrl()).isEqualTo(url + "/integrations");
    By taken = By.cssSelector("td[data-label=Taken]");
    String before = text(taken);
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> !text(taken).equals(before)); // by itself
    awaitText(By.cssSelector("td[data-label=State]"), "collecting"); // once each report was read
    assertThat(text(By.cssSelector("td[data-label=Today]"))).matches("[1-9][0-9,]*");
    picture("integrations");
    find(By.id("query")).sendKeys("nobody");
    assertThat(text(By.cssSelector("#results .empty"))).contains("Nothing fits");
    assertThat(browser.getCurrentUrl()).contains("query=nobody");
    picture("integrations-none");
    browser.get(url + "/audit-log");
    assertThat(text(By.tagName("table"))).contains("signed in", "sign-in failed", "user added");
    picture("audit-log");
    assertThat(complaints()).isEmpty();
  }

  /** What the browser has refused or not found on the console's own pages. */
  private static List<String> complaints() {
    return browser.manage().logs().get("browser").getAll().stream()
        .map(Object::toString)
        .filter(line -> !line.contains("/actuator/hawtio"))
        .toList();
  }

  @Test
  @Order(8)
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
      signIn("admin", password);
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
      picture("add-certificate-wrong", 2000);
      Path large = Files.write(work.resolve("large.pem"), new byte[2 << 20]);
      find(By.id("certificate-file")).sendKeys(large.toString());
      find(By.id("add-it")).click();
      assertThat(text(By.tagName("h1"))).isEqualTo("Too large");
      picture("too-large");
      browser.get(url + "/add/certificate");
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
      picture("add-certificate", 2000);
      find(By.id("add-it")).click();
      assertThat(text(By.cssSelector(".note.good"))).contains("It is added");
      assertThat(text(By.id("state"))).isIn("provisioning", "collecting");
      awaitText(By.id("state"), "collecting");

      String renewed =
          simulator.renewCertificate(tenant.tenantId(), Duration.ofDays(90)).certificatePem();
      find(By.cssSelector("#rotate summary")).click();
      paste("rotate-certificate", renewed);
      find(By.id("rotate-it")).click();
      assertThat(text(By.id("rotate-private-key-wrong"))).contains("is missing");
      assertThat(focused()).isEqualTo("rotate-private-key");
      picture("rotate", 2200);
      paste("rotate-private-key", tenant.privateKeyPem());
      find(By.id("rotate-it")).click();
      assertThat(text(By.cssSelector(".note.good"))).contains("The new certificate is used");
      assertThat(text(By.id("thumbprint")))
          .isEqualTo(Thumbprint.sha1(CredentialReader.certificates(renewed).get(0)));
      simulator.expireTokens(tenant.tenantId());
      String before = text(By.id("today"));
      Awaitility.await().atMost(PATIENCE).until(() -> !text(By.id("today")).equals(before));
      awaitText(By.id("state"), "collecting");

      find(By.cssSelector("#rename summary")).click();
      fillIn("rename-name", "fabrikam-eu");
      find(By.id("rename-it")).click();
      assertThat(text(By.cssSelector(".note.good"))).contains("It is renamed");
      assertThat(browser.getCurrentUrl()).isEqualTo(url + "/integrations/fabrikam-eu");
      awaitText(By.id("state"), "collecting");
      find(By.cssSelector("#remove summary")).click();
      picture("remove", 2200);
      find(By.id("remove-it")).click();
      assertThat(text(By.cssSelector(".note.good"))).contains("fabrikam-eu is removed");
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
    browser.executeScript("arguments[0].value = arguments[1]", find(By.id(field)), text);
  }

  private static Object focused() {
    return browser.executeScript("return document.activeElement.id");
  }

  private static void awaitText(By what, String wanted) {
    Awaitility.await().atMost(PATIENCE).until(() -> text(what).equals(wanted));
  }

  @Test
  @Order(2)
  void aViewerIsRefusedWhatOthersMay() throws IOException {
    signIn("vera", OpenConsole.PASSWORD);
    assertThat(text(By.cssSelector(".top nav"))).contains("Hawtio").doesNotContain("Audit log");
    browser.get(url + "/audit-log");
    assertThat(text(By.tagName("h1"))).isEqualTo("Not allowed");
    picture("not-allowed");
    openRoutes();
    assertThat(find(By.xpath("//button[normalize-space()='Stop']")).isEnabled()).isFalse();
    assertThat(stop()).isEqualTo(403L);
    assertThat(text(state())).isEqualTo("Started");
  }

  /** Asks for what the button would, without the button. */
  private static Object stop() {
    return browser.executeAsyncScript(
        "const done = arguments[arguments.length - 1];"
            + "const token = document.cookie.match(/XSRF-TOKEN=([^;]+)/)[1];"
            + "fetch('/actuator/hawtio/jolokia', {method: 'POST',"
            + " headers: {'Content-Type': 'application/json', 'X-XSRF-TOKEN': token},"
            + " body: JSON.stringify({type: 'exec', operation: 'stop()',"
            + " mbean: 'org.apache.camel:context=entra-relay,type=routes,name=\""
            + ROUTE
            + "\"'})}).then(answer => answer.json()).then(answer => done(answer.status));");
  }

  private static void openRoutes() {
    browser.get(url + "/integrations");
    browser.executeScript("localStorage.setItem('connect.jolokia.updateRate', '500')");
    find(By.linkText("Hawtio")).click();
    find(By.xpath("//*[text()='Camel']"));
    browser.get(url + "/actuator/hawtio/camel/routes");
    find(state());
    WebElement chosen = find(By.xpath(row() + "//input[@type='checkbox']"));
    chosen.click();
  }

  private static String row() {
    return "//tr[td[normalize-space()='" + ROUTE + "']]";
  }

  private static By state() {
    return By.xpath(row() + "/td[3]");
  }

  private static long completed() {
    return Long.parseLong(text(By.xpath(row() + "/td[5]")));
  }

  @Test
  @Order(3)
  void anOperatorStopsAndStartsARouteWhoseNumbersMove() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    openRoutes();
    long before = completed();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> completed() > before);
    find(By.xpath("//button[normalize-space()='Stop']")).click();
    awaitState("Stopped");
    Files.write(PICTURES.resolve("hawtio-1280.png"), browser.getScreenshotAs(OutputType.BYTES));
    if (!find(By.xpath(row() + "//input[@type='checkbox']")).isSelected()) {
      find(By.xpath(row() + "//input[@type='checkbox']")).click();
    }
    find(By.xpath("//button[normalize-space()='Start']")).click();
    awaitState("Started");
  }

  private static void awaitState(String wanted) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> text(state()).equals(wanted));
  }

  @Test
  @Order(4)
  void anOperatorHasASpanReadAgainAndSeesHowMuchIsLeft() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    find(By.cssSelector("tbody a.title")).click();
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
  @Order(5)
  void anOperatorChecksAnIntegration() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    find(By.cssSelector("tbody a.title")).click();
    find(By.id("check-now")).click();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> text(By.id("checked")).startsWith("Checked")); // by itself
    assertThat(text(By.cssSelector("#check .lines")))
        .contains("certificate", "token", "signIns", "riskyUsers", "sink files")
        .doesNotContain("failed");
    browser.executeScript("document.getElementById('check').scrollIntoView()");
    picture("check");
    assertThat(complaints()).isEmpty();
  }

  @Test
  @Order(6)
  void anOperatorSeesTheSinksAndHasOneSendAgain() throws IOException {
    signIn("olaf", OpenConsole.PASSWORD);
    find(By.linkText("Sinks")).click();
    assertThat(text(By.cssSelector("td[data-label=State]"))).isEqualTo("delivers");
    assertThat(text(By.cssSelector("td[data-label=Delivered]"))).matches("now|\\d+ s ago");
    assertThat(text(By.id("fill"))).isEqualTo("0%");
    picture("sinks");
    find(By.linkText("files")).click();
    fill("from", Instant.now().minusSeconds(600).toString().substring(0, 19));
    find(By.id("replay")).click();
    assertThat(text(By.cssSelector(".note.good"))).contains("relay.outbox.retention");
    picture("sink");
    assertThat(complaints()).isEmpty();
  }

  @Test
  @Order(7)
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
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              browser.navigate().refresh();
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
    try (Connection state =
            DriverManager.getConnection("jdbc:sqlite:" + work.resolve("data/state/relay.db"));
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
    browser.executeScript("arguments[0].value = arguments[1]", find(By.id(field)), time);
  }
}
