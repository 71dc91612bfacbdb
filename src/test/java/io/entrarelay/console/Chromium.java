package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A headless Chromium, at one of two widths. */
final class Chromium implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Path PICTURES = Path.of("target/screenshots");

  /** Kept, since others forget its level: it wishes for a library for each Chromium. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  final ChromeDriver driver;
  private int clicks;

  private Chromium(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Opens one, or skips the test where there is none. */
  static Chromium open() throws IOException {
    Optional<File> chromium = program("chromium");
    Optional<File> driver = program("chromedriver");
    if (chromium.isEmpty() || driver.isEmpty()) {
      String missing =
          "no Chromium: apt-get install chromium chromium-driver, and this test runs as well";
      assertThat(System.getenv("CI")).as(missing).isNotEqualTo("true");
      assumeTrue(false, missing);
    }
    SELENIUM.setLevel(Level.SEVERE);
    Files.createDirectories(PICTURES);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow());
    options.setAcceptInsecureCerts(true); // the simulator's certificates are of its own authority
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    return new Chromium(
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(driver.orElseThrow()).build(),
            options));
  }

  private static Optional<File> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> new File(directory, name))
        .filter(File::canExecute)
        .findFirst();
  }

  void show(int width, int height, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  /** What is there of the page at both widths, light and dark. */
  void picture(String name) throws IOException {
    picture(name, 844);
  }

  /** As {@link #picture(String)}, of a page that is so many pixels high where it is narrow. */
  void picture(String name, int height) throws IOException {
    for (boolean dark : new boolean[] {false, true}) {
      for (int width : new int[] {1280, 390}) {
        show(width, width == 390 ? height : Math.max(800, height * 2 / 3), dark);
        pictureAsItIs(name + "-" + width + (dark ? "-dark" : "-light"));
        assertThat(
                (Boolean)
                    driver.executeScript(
                        "return document.documentElement.scrollWidth <= window.innerWidth"))
            .as("nothing of " + name + " is cut off at " + width)
            .isTrue();
      }
    }
    show(1280, 800, false);
  }

  /** What is shown now, in one picture. */
  void pictureAsItIs(String name) throws IOException {
    Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Signs in as someone else than before. */
  void signIn(String console, String name, String password) {
    driver.manage().deleteAllCookies();
    driver.get(console + "/sign-in");
    type(By.id("name"), name);
    type(By.id("password"), password);
    // another page asked for before the answer is there would take the place of the sign-in
    leaveBy(By.cssSelector("main button[type=submit]"));
  }

  /** What the browser has refused or not found on the console's own pages since the last time. */
  List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream()
        .map(Object::toString)
        .filter(line -> !line.contains("/actuator/hawtio"))
        .toList();
  }

  /** The first element, once it is there. */
  WebElement find(By what) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> driver.findElements(what), found -> !found.isEmpty())
        .get(0);
  }

  String text(By what) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(StaleElementReferenceException.class)
        .until(() -> find(what).getText(), text -> true);
  }

  /** Clicks, and waits until the page that it was on is gone. */
  void leaveBy(By what) {
    WebElement element = clicked(what);
    clicks++;
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> isGone(element));
  }

  /** What was clicked; a part of a page may be replaced between the look and the click. */
  private WebElement clicked(By what) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(StaleElementReferenceException.class)
        .until(
            () -> {
              WebElement element = find(what);
              element.click();
              return element;
            },
            element -> true);
  }

  /** How often a page was left by a click. */
  int clicks() {
    return clicks;
  }

  void type(By what, String text) {
    find(what).sendKeys(text);
  }

  private static boolean isGone(WebElement element) {
    try {
      element.isEnabled();
      return false;
    } catch (StaleElementReferenceException e) {
      return true;
    }
  }

  void awaitText(By what, String wanted) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> text(what), text -> text.contains(wanted));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
