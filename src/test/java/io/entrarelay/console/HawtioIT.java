package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/**
 * Hawtio's pages of a demo's routes in a real browser: a viewer sees them, their diagram and their
 * source; an operator stops and starts them as well.
 */
@Timeout(240)
@Tag("browser")
class HawtioIT {
  private static final String ROUTE = "provisioning.tick";

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
  }

  /** The table of routes, in which one is chosen. */
  private static void openRoutes(String person) {
    browser.signIn(demo.url(), person, OpenConsole.PASSWORD);
    browser.driver.executeScript("localStorage.setItem('connect.jolokia.updateRate', '1000')");
    browser.find(By.linkText("Hawtio")).click();
    browser.find(By.xpath("//*[text()='Camel']"));
    browser.driver.get(demo.url() + "/actuator/hawtio/camel/routes");
    choose();
  }

  private static void choose() {
    By box = By.xpath(row() + "//input[@type='checkbox']");
    if (!browser.find(box).isSelected()) {
      browser.find(box).click();
    }
  }

  private static String row() {
    return "//tr[td[normalize-space()='" + ROUTE + "']]";
  }

  private static By state() {
    return By.xpath(row() + "/td[3]");
  }

  private static long completed() {
    return Long.parseLong(browser.text(By.xpath(row() + "/td[5]")));
  }

  private static By button(String name) {
    return By.xpath("//button[normalize-space()='" + name + "']");
  }

  @Test
  void aViewerSeesTheRoutesAndIsRefusedToStopOne() throws IOException {
    openRoutes("vera");
    assertThat(browser.find(button("Stop")).isEnabled()).isFalse();
    assertThat(stop()).isEqualTo(403L);
    assertThat(browser.text(state())).isEqualTo("Started");
    // of this route alone: of all together it shows those that have room
    browser
        .find(By.xpath("//*[normalize-space(text())='" + ROUTE + "'][not(ancestor::table)]"))
        .click();
    browser.find(By.linkText("Route Diagram")).click();
    browser.awaitText(By.cssSelector(".react-flow__nodes"), "To direct:flow.due");
    browser.pictureAsItIs("hawtio-diagram-1280");
    browser.find(By.linkText("Source")).click();
    browser.awaitText(By.cssSelector(".view-lines"), "id=\"" + ROUTE + "\"");
    browser.pictureAsItIs("hawtio-source-1280");
  }

  /** Asks for what the button would, without the button. */
  private static Object stop() {
    return browser.driver.executeAsyncScript(
        "const done = arguments[arguments.length - 1];"
            + "const token = document.cookie.match(/XSRF-TOKEN=([^;]+)/)[1];"
            + "fetch('/actuator/hawtio/jolokia', {method: 'POST',"
            + " headers: {'Content-Type': 'application/json', 'X-XSRF-TOKEN': token},"
            + " body: JSON.stringify({type: 'exec', operation: 'stop()',"
            + " mbean: 'org.apache.camel:context=entra-relay,type=routes,name=\""
            + ROUTE
            + "\"'})}).then(answer => answer.json()).then(answer => done(answer.status));");
  }

  @Test
  void anOperatorStopsAndStartsARouteWhoseNumbersMove() throws IOException {
    openRoutes("olaf");
    long before = completed();
    await()
        .atMost(Chromium.PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> completed() > before);
    browser.find(button("Stop")).click();
    browser.awaitText(state(), "Stopped");
    browser.pictureAsItIs("hawtio-1280");
    choose();
    browser.find(button("Start")).click();
    browser.awaitText(state(), "Started");
  }
}
