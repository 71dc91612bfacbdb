package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.config.Role;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Figures.OfReport;
import io.entrarelay.state.Tenancy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators do on the console's pages, asked over HTTP. */
@Timeout(60)
class OperatorPagesTest {
  private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor viewer;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor operator;

  @BeforeAll
  static void open() {
    console = OpenConsole.open(directory, Map.of(), () -> NOW);
    console.integrations(9);
    viewer = console.visitor(Role.VIEWER);
    operator = console.visitor(Role.OPERATOR);
  }

  @AfterAll
  static void close() {
    console.close();
  }

  private static HttpResponse<String> post(Visitor visitor, String path, String... form) {
    Map<String, String> fields = new HashMap<>(Map.of("_csrf", visitor.token()));
    for (int i = 0; i < form.length; i += 2) {
      fields.put(form[i], form[i + 1]);
    }
    return visitor.post(path, fields);
  }

  private static Entry lastEntry() {
    return console.store.auditLog().list(Long.MAX_VALUE, 1).get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/integrations/tenant-0001/backfill"})
  void whatOperatorsDoIsForNobodyElse(String path) {
    assertThat(post(viewer, path).statusCode()).isEqualTo(403);
    assertThat(operator.post(path, Map.of()).statusCode()).as("without the token").isEqualTo(403);
    assertThat(console.visitor().post(path, Map.of()).statusCode()).isIn(401, 403);
    assertThat(console.asked).noneMatch(asked -> asked.contains("tenant-0001"));
  }

  @Test
  void aViewerIsOfferedNothingToDo() {
    assertThat(viewer.get("/integrations/tenant-0001").body()).doesNotContain("<details");
    assertThat(operator.get("/integrations/tenant-0001").body()).contains("id=\"backfill-ask\"");
  }

  @Test
  void aSpanIsAskedForOfTheReportsThatWereChosen() {
    String page = "/integrations/tenant-0002";
    HttpResponse<String> done =
        post(
            operator,
            page + "/backfill",
            "from",
            "2026-03-01T10:00",
            "to",
            "2026-03-01T11:30:01",
            "report",
            "signIns");
    assertThat(Visitor.location(done)).isEqualTo(page);
    assertThat(operator.get(page).body()).contains("It is being read");
    assertThat(operator.get(page).body()).as("said once").doesNotContain("It is being read");
    assertThat(console.asked)
        .contains(
            "backfill {\"name\":\"tenant-0002\",\"reports\":[\"signIns\"],"
                + "\"from\":1772359200000,\"to\":1772364601000}");
    assertThat(lastEntry())
        .extracting(Entry::who, Entry::what, Entry::target, Entry::becomes)
        .containsExactly(
            "operator",
            "backfill asked for",
            "tenant-0002",
            "2026-03-01T10:00:00Z to 2026-03-01T11:30:01Z: signIns");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "| | signIns | From is missing",
        "yesterday | | signIns | From is not a time",
        "2026-03-01T25:00 | | signIns | From is not a time",
        "2026-03-01 | 2026-02-01 | signIns | The span ends before it begins",
        "2026-03-02T12:00 | 2026-03-05 | signIns | From lies in the future",
        "2026-01-01 | 2026-01-02 | signIns | Graph keeps nothing for longer than 30 days",
        "2026-02-20 | | signIns | From is older than relay.collect.remember (3d)",
        "2026-03-01 | | - | Choose a report at least",
        "2026-03-01 | | signIns,riskyUsers | It collects signIns, and no other report",
        "2026-03-01 | <script>alert(1)</script> | signIns | To is not a time",
      })
  void aSpanThatCanNotBeIsRefusedInWords(String from, String to, String reports, String why) {
    String page = "/integrations/tenant-0003";
    HttpResponse<String> refused =
        post(
            operator,
            page + "/backfill",
            "from",
            from == null ? "" : from,
            "to",
            to == null ? "" : to,
            "report",
            reports == null ? "" : reports);
    assertThat(Visitor.location(refused)).isEqualTo(page + "#backfill");
    assertThat(operator.get(page).body())
        .contains(why, "<details id=\"backfill\" class=\"more\" open")
        .contains("value=\"" + (from == null ? "" : from) + "\"")
        .doesNotContain("<script>alert");
    assertThat(console.asked).noneMatch(asked -> asked.contains("tenant-0003"));
  }

  @Test
  void whatMayBeForgottenIsReadWhereThatIsWanted() {
    post(
        operator,
        "/integrations/tenant-0004/backfill",
        "from",
        "2026-02-20",
        "report",
        "signIns",
        "again",
        "true");
    assertThat(console.asked).anyMatch(asked -> asked.contains("\"tenant-0004\""));
  }

  @Test
  void whatAnyNodeHasNotedIsShown() {
    Tenancy tenancy = IntegrationActions.tenancy(console.integrations.get(5));
    long now = NOW.toEpochMilli();
    console
        .store
        .integrations()
        .note(
            Map.of(
                tenancy,
                new Figures(
                    now - 1_000,
                    Figures.day(now),
                    4_000,
                    List.of(
                        new OfReport(
                            "signIns",
                            now - 3_000,
                            59_000,
                            5_234,
                            7,
                            1_800_000,
                            7_200_000,
                            "<i>why</i>")))));
    String row = viewer.get("/integrations?query=tenant-0005").body();
    assertThat(row)
        .contains(">3 s ago<", ">1 min<", ">1,234<", ">5,234<", ">7<")
        .contains("unreadable");
    assertThat(viewer.get("/integrations?query=tenant-0006").body()).contains("not yet");
    String page = viewer.get("/integrations/tenant-0005").body();
    assertThat(page)
        .contains("id=\"today\">1,234<", "30 min of 2 h left", "max=\"7200000\"")
        .contains("value=\"5400000\"", "&lt;i&gt;why&lt;/i&gt;");
  }
}
