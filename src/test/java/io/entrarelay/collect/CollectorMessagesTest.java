package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.CapturedLog;
import io.entrarelay.config.Contoso;
import io.entrarelay.config.Integration;
import io.entrarelay.graph.Cloud;
import io.entrarelay.record.Report;
import io.entrarelay.record.Reports;
import io.entrarelay.state.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the collector says of a report: in its log and as its problem. */
class CollectorMessagesTest {
  private static final String CHANGED =
      ": a step between forms.write and poll.commit changes the page. Drop by name (kamelet"
          + " page-drop-action) or in the sink's route";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Collecting collecting;

  private final CapturedLog log = new CapturedLog(Collector.class);

  @BeforeEach
  void start() {
    collecting = new Collecting(directory);
  }

  @AfterEach
  void stop() {
    collecting.close();
    log.close();
  }

  private String problem() {
    return String.valueOf(collecting.feed().problem());
  }

  @Test
  void aPageLoopThatReadsNothingIsNamed() {
    collecting.read(turn -> {});
    String message =
        "the route flow.poll has read no page: its loop over poll.hasNext is missing or ends early."
            + " Correct routes/flow/poll.camel.yaml";
    assertThat(problem()).contains("code=route", "message=" + message);
    assertThat(log.lines())
        .singleElement()
        .asString()
        .matches("INFO contoso/signIns: \\Q" + message + "\\E \\(route\\); again in [0-9]+ms");
  }

  @Test
  void aReportThatGraphDoesNotHaveInTheCloudIsNamedAndNeverAskedFor() {
    Integration global = Contoso.INTEGRATION;
    Integration china =
        new Integration(
            global.name(),
            global.displayName(),
            global.tenantId(),
            global.clientId(),
            Cloud.named("china").orElseThrow(),
            global.credential(),
            null,
            List.of("riskyUsers"),
            null);
    Report report = Reports.signIns();
    report.setName("riskyUsers");
    report.setPaths(Map.of("china", "none"));
    Feed feed = collecting.collector().add(china, report, collecting.feed().lease());
    collecting.collector().tick("riskyUsers");
    assertThat(collecting.collector().isIdle()).isTrue();
    assertThat(feed.requests()).isZero();
    String message =
        "Graph has no riskyUsers in cloud: china. Take it out of reports: in the integration's"
            + " file. Should Graph have it there by now, write its path under paths: in the"
            + " report's source under routes/sources/";
    assertThat(feed.problem())
        .isEqualTo(new Feed.Problem("no-endpoint", message, collecting.now(), true));
    assertThat(log.lines()).containsExactly("WARN contoso/riskyUsers: " + message);
  }

  @Test
  void aPageThatIsNeitherCommittedNorDroppedIsCountedAndItsRoutesAreNamed() {
    collecting.read(
        turn -> {
          while (turn.next()) {
            Page page = collecting.cut(turn);
            turn.answered();
            page.passed("flow.page");
            page.passed("flow.forms");
          }
        });
    String message =
        "2 records of a page were neither committed nor dropped by name on their way through"
            + " flow.page, flow.forms: a step there drops records or swallows an error. Their"
            + " slices stay open and are read again. Drop by name (kamelet page-drop-action) or in"
            + " the sink's route";
    assertThat(problem()).contains("message=" + message);
    assertThat(log.lines()).containsExactly("ERROR contoso/signIns: " + message);
  }

  @Test
  void aReadingThatFailsUnforeseenIsLogged() {
    collecting.read(
        turn -> {
          throw new IllegalStateException("no luck");
        });
    assertThat(problem()).contains("code=internal", "message=no luck");
    assertThat(log.lines())
        .first()
        .isEqualTo("ERROR contoso/signIns: java.lang.IllegalStateException: no luck");
  }

  @Test
  void whatStaysWrongIsAWarningOnce() {
    for (String message : List.of("no licence", "no licence", "no permission")) {
      collecting.read(
          turn -> {
            assertThat(turn.next()).isTrue();
            turn.answered();
            collecting.collector().degraded(turn, "forbidden", message);
          });
      collecting.pass(Duration.ofHours(1));
    }
    assertThat(log.lines())
        .filteredOn(line -> line.startsWith("WARN"))
        .containsExactly("WARN contoso/signIns: no licence", "WARN contoso/signIns: no permission");
  }

  @Test
  void whatGraphHasForgottenIsSaid() {
    try (CapturedLog said = new CapturedLog(Reach.class)) {
      collecting
          .collector()
          .ask(collecting.feed(), collecting.now().minus(Duration.ofDays(40)), collecting.now());
      assertThat(said.lines())
          .containsExactly(
              "WARN contoso/signIns: Graph keeps nothing before 2026-10-23T12:01:00Z: it is read from"
                  + " there on");

      collecting.pass(Duration.ofDays(40));
      collecting.read(
          turn -> {
            Page page = cut(turn);
            page.form("vendor", collecting.vendor(page));
            collecting.pages().commit(page);
          });
      collecting.collector().tick("signIns");
      assertThat(said.lines())
          .last()
          .asString()
          .startsWith(
              "WARN contoso/signIns: Graph keeps nothing before 2026-12-02T12:00:00Z: what was not"
                  + " read before it is given up (");
    }
  }

  @Test
  void aPageWithoutItsFormsIsNotCommitted() {
    collecting.read(
        turn -> {
          Page page = cut(turn);
          assertThatThrownBy(() -> collecting.pages().commit(page))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "contoso/signIns: 2 records were to leave, and no step has given them a form: put"
                      + " the step forms.write back before poll.commit");

          page.form("vendor", collecting.vendor(page).only(line -> line > 0));
          assertThatThrownBy(() -> collecting.pages().commit(page))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "contoso/signIns: 2 records were to leave in the form vendor, it holds 1 of them"
                      + CHANGED);

          page.form("vendor", collecting.vendor(page));
          page.drop(0, "too late");
          assertThatThrownBy(() -> collecting.pages().commit(page))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "contoso/signIns: 1 records were to leave in the form vendor, it holds 0 of them"
                      + " and others"
                      + CHANGED);
        });
  }

  private Page cut(Turn turn) {
    assertThat(turn.next()).isTrue();
    return whole(turn);
  }

  private Page whole(Turn turn) {
    Page page = collecting.cut(turn);
    collecting.pages().setRepeatedApart(page);
    return page;
  }

  @Test
  void aPageThatComesSecondIsReadAgain() {
    collecting.read(
        turn -> {
          Page first = cut(turn);
          Page second = whole(turn);
          first.form("vendor", collecting.vendor(first));
          second.form("vendor", collecting.vendor(second));
          collecting.pages().commit(first);
          assertThatThrownBy(() -> collecting.pages().commit(second))
              .isInstanceOf(PageConflict.class)
              .hasMessage(
                  "another window took some of this page's records at the same"
                      + " time. The window is read again");
        });
  }

  @Test
  void whoHasLostTheShardSaysSoOnce() {
    collecting.read(
        turn -> {
          Page page = cut(turn);
          page.form("vendor", collecting.vendor(page));
          collecting.store().takeAll("another");
          try {
            collecting.pages().commit(page);
          } catch (StoreException.LeaseLost lost) {
            collecting.collector().leaseLost(turn, lost);
          }
        });
    assertThat(log.lines())
        .containsExactly(
            "ERROR shard "
                + collecting.feed().lease().shard()
                + " has a new holder (our fencing number 1 is not the current one): nothing was"
                + " written");
    assertThat(collecting.collector().feeds()).isEmpty();
  }
}
