package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.entrarelay.config.Role;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Figures.OfReport;
import io.entrarelay.state.Lease;
import io.entrarelay.state.PageCommit;
import io.entrarelay.state.Position;
import io.entrarelay.state.Tenancy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
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
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-000000000000";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Lease lease;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor viewer;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor operator;

  @BeforeAll
  static void open() {
    console = OpenConsole.open(directory, Map.of(), () -> NOW);
    console.integrations(9);
    lease = Objects.requireNonNull(console.store.takeAll("test").get(7));
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
  @ValueSource(
      strings = {
        "/integrations/tenant-0001/backfill",
        "/integrations/tenant-0001/check",
        "/sinks/kafka/replay",
        "/dead-letters/retry",
        "/dead-letters/drop"
      })
  void whatOperatorsDoIsForNobodyElse(String path) {
    assertThat(post(viewer, path).statusCode()).isEqualTo(403);
    assertThat(operator.post(path, Map.of()).statusCode()).as("without the token").isEqualTo(403);
    assertThat(console.visitor().post(path, Map.of()).statusCode()).isIn(401, 403);
    assertThat(console.asked).noneMatch(asked -> asked.contains("tenant-0001"));
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1_000))
        .noneMatch(entry -> entry.who().equals("viewer") && !entry.what().equals("signed in"));
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
                            "<i>why</i>",
                            List.of(new Figures.Sweep(0, 5_227), new Figures.Sweep(60_000, 7)),
                            9L)))));
    String row = viewer.get("/integrations?query=tenant-0005").body();
    assertThat(row)
        .contains(">3 s ago<", ">1 min<", ">1,234<", ">5,234<", ">7<")
        .contains("unreadable");
    assertThat(viewer.get("/integrations?query=tenant-0006").body()).contains("not yet");
    String page = viewer.get("/integrations/tenant-0005").body();
    assertThat(page)
        .contains("by sweep:", "at once 5,227", "1 min 7")
        .contains("id=\"requests\">9<", "of 30 that the budget allows (5/10s)")
        .contains("id=\"today\">1,234<", "30 min of 2 h left", "max=\"7200000\"")
        .contains("value=\"5400000\"", "&lt;i&gt;why&lt;/i&gt;");
  }

  @Test
  void sinksAreShownWithWhatWaitsAndWhy() {
    page("sinks-1", 3);
    page("sinks-2", 4);
    String empty = viewer.get("/sinks/nothing").body();
    assertThat(empty).contains("There is no sink of this name");
    console.store.begin("kafka", Set.of("vendor"), false);
    console.store.begin("files", Set.of("vendor", "ocsf"), false);
    console.store.move(lease, "files", new Position(1, 1, 0), List.of());
    console.sinkProblems.put("kafka", "<b>No broker</b>. Start one.");
    try {
      String page = viewer.get("/sinks").body();
      assertThat(page)
          .contains(">kafka<", ">files<", ">stands still<", ">delivers<")
          .contains("&lt;b&gt;No broker&lt;/b&gt;. Start one.", ">7<", ">4<")
          .contains("wait of <span>8GB</span>")
          .doesNotContain("The outbox is");
      assertThat(viewer.get("/sinks", "HX-Request", "true").body()).startsWith("<div id=\"state\"");
      String sink = viewer.get("/sinks/kafka").body();
      assertThat(sink).contains("id=\"waiting\">7<").doesNotContain("id=\"replay\"");
      assertThat(viewer.get("/sinks/kafka", "HX-Request", "true").body()).startsWith("<dl");
    } finally {
      console.sinkProblems.clear();
    }
  }

  private static void page(String line, int records) {
    page(console, lease, Zstd.compress((line + "\n").getBytes(UTF_8)), records);
  }

  private static void page(OpenConsole console, Lease lease, byte[] zstd, int records) {
    long feed = console.store.feed(TENANT, CLIENT, "signIns", 5).id();
    console.store.commit(
        new PageCommit(
            lease,
            feed,
            NOW.toEpochMilli() - 60_000,
            List.of(),
            List.of(
                new PageCommit.OutboxRow(
                    "vendor",
                    "contoso",
                    "signIns",
                    TENANT,
                    NOW.toEpochMilli() - 60_000,
                    records,
                    zstd.length,
                    zstd)),
            List.of(),
            Map.of(),
            null));
  }

  @ParameterizedTest
  @CsvSource({"80, The outbox is <span>80</span>% full", "200, The outbox is full"})
  void anOutboxThatFillsIsToldOf(int percent, String said, @TempDir Path other) {
    Map<String, String> settings = Map.of("RELAY_OUTBOX_LIMIT", "1MB");
    try (OpenConsole full = OpenConsole.open(other, settings, () -> NOW)) {
      full.store.begin("kafka", Set.of("vendor"), false);
      Lease lease = Objects.requireNonNull(full.store.takeAll("test").get(7));
      page(full, lease, new byte[(percent << 20) / 100 + 100], 1);
      String page = full.visitor(Role.VIEWER).get("/sinks").body();
      assertThat(page)
          .contains(said, ">" + percent + "%<", "Sink <strong>kafka</strong> has most to take");
    }
  }

  @Test
  void aSinkSendsAgain() {
    console.store.begin("replayed", Set.of("vendor"), false);
    page("replay", 5);
    long sequence = console.store.lastSequence(lease.shard());
    console.store.move(lease, "replayed", new Position(sequence, sequence, 0), List.of());
    assertThat(operator.get("/sinks/replayed").body())
        .contains("id=\"replay\"", "id=\"waiting\">0<");
    HttpResponse<String> done =
        post(operator, "/sinks/replayed/replay", "from", "2026-03-02T11:00");
    assertThat(Visitor.location(done)).isEqualTo("/sinks/replayed");
    assertThat(operator.get("/sinks/replayed").body())
        .contains("records again: vendor ", "only a part may be there", "id=\"replays\">once<");
    assertThat(lastEntry().what()).isEqualTo("sink replayed");
    assertThat(lastEntry().becomes()).startsWith("from 2026-03-02T11:00:00Z: ");
    for (String wrong : List.of("", "now", "2026-03-03")) {
      post(operator, "/sinks/replayed/replay", "from", wrong);
      assertThat(operator.get("/sinks/replayed").body()).contains("<p class=\"note bad\"");
    }
    assertThat(post(operator, "/sinks/nothing/replay", "from", "2026-03-01").statusCode())
        .isEqualTo(404);
  }

  private static long letter(String stage, String integration, String record) {
    DeadLetter letter =
        new DeadLetter(
            stage,
            "<i>refused</i>: quoted <b>person</b>",
            "vendor",
            integration,
            "signIns",
            TENANT,
            NOW.toEpochMilli(),
            "id",
            0,
            record.getBytes(UTF_8));
    console.store.move(lease, "none", new Position(0, 0, 0), List.of(letter));
    List<Letter> all =
        console.store.deadLetters().list(new Filter(List.of(), stage, integration, null), 0, 1_000);
    return all.get(all.size() - 1).id();
  }

  @Test
  void lettersAreListedByFilterAndPage() {
    for (int i = 0; i < LettersPage.ROWS + 1; i++) {
      letter("sink.paged", "paged", "record " + i);
    }
    letter("mapping.ocsf", "<u>other</u>", "{}");
    String first = viewer.get("/dead-letters?stage=sink.paged").body();
    assertThat(first.split("scope=\"row\"", -1)).hasSize(LettersPage.ROWS + 1);
    assertThat(first)
        .contains("<span>51</span> <span>letters fit")
        .doesNotContain("type=\"checkbox");
    Matcher next = Pattern.compile("id=\"page-next\"[^>]*href=\"([^\"]+)\"").matcher(first);
    assertThat(next.find()).isTrue();
    assertThat(viewer.get(next.group(1).replace("&amp;", "&")).body().split("scope=\"row\"", -1))
        .hasSize(2);
    String mapping = viewer.get("/dead-letters?stage=mapping.ocsf").body();
    assertThat(mapping)
        .contains("&lt;u&gt;other&lt;/u&gt;", "&lt;i&gt;refused&lt;/i&gt;")
        .doesNotContain("quoted", "<u>", "<i>refused");
    assertThat(viewer.get("/dead-letters?integration=nobody").body()).contains("Nothing fits");
    assertThat(viewer.get("/dead-letters?after=x").statusCode()).isEqualTo(400);
  }

  @Test
  void aLetterIsShownSafelyToOperatorsAndThatIsNoted() {
    long id =
        letter("cut", "shown", "<script>alert(1)</script>\u0000\u202e\u0007 p\u00e4\ud83d\ude00\n");
    assertThat(viewer.get("/dead-letters/" + id).statusCode()).isEqualTo(403);
    String page = operator.get("/dead-letters/" + id).body();
    assertThat(page)
        .contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;\\u{0000}\\u{202E}\\u{0007} p\u00e4\ud83d\ude00")
        .contains("quoted &lt;b&gt;person")
        .doesNotContain("<script>alert", "\u202e");
    assertThat(lastEntry())
        .extracting(Entry::who, Entry::what, Entry::target, Entry::becomes)
        .containsExactly(
            "operator", "dead letter viewed", String.valueOf(id), "cut, shown/signIns");
    assertThat(operator.get("/dead-letters/999999").statusCode()).isEqualTo(404);
    assertThat(operator.get("/dead-letters/x").statusCode()).isEqualTo(400);
    long large = letter("cut", "shown", "y".repeat(RecordText.MOST + 9));
    String cut = operator.get("/dead-letters/" + large).body();
    assertThat(cut)
        .contains("dead-letters show " + large)
        .doesNotContain("y".repeat(RecordText.MOST + 1));
  }

  @Test
  void lettersAreTriedAgainByChoice() {
    console.store.begin("well", Set.of("vendor"), false);
    long goes = letter("sink.well", "retried", "goes");
    long stays = letter("cut", "retried", "stays");
    HttpResponse<String> done =
        operator.post(
            "/dead-letters/retry",
            Map.of(
                "_csrf", operator.token(), "id", String.valueOf(goes), "integration", "retried"));
    assertThat(Visitor.location(done)).isEqualTo("/dead-letters?integration=retried");
    assertThat(operator.get("/dead-letters?integration=retried").body())
        .contains("1 is on its way.", ">on its way again<");
    assertThat(lastEntry())
        .extracting(Entry::what, Entry::target, Entry::becomes)
        .containsExactly("dead letters retried", "numbers " + goes, "1 on their way, 0 stay");
    post(operator, "/dead-letters/retry", "all", "true", "integration", "retried");
    assertThat(operator.get("/dead-letters?integration=retried").body())
        .contains("1 were already. 1 stays. " + stays + ": the record itself");
  }

  @Test
  void lettersAreDroppedForGoodWhenThatIsSaid() {
    long one = letter("cut", "dropped", "one");
    letter("cut", "dropped", "two");
    letter("cut", "kept", "three");
    post(operator, "/dead-letters/drop", "id", String.valueOf(one), "integration", "dropped");
    assertThat(operator.get("/dead-letters?integration=dropped").body())
        .contains("Nothing was dropped", "<span>2</span> <span>letters fit");
    post(operator, "/dead-letters/drop", "sure", "true");
    assertThat(operator.get("/dead-letters").body()).contains("Choose one at least");
    post(operator, "/dead-letters/drop", "id", "1 OR 1=1", "sure", "true");
    assertThat(operator.get("/dead-letters").body()).contains("A dead letter has a number");
    post(operator, "/dead-letters/drop", "id", String.valueOf(one), "sure", "true");
    assertThat(operator.get("/dead-letters").body()).contains("1 was dropped for good");
    post(operator, "/dead-letters/drop", "all", "true", "integration", "dropped", "sure", "true");
    assertThat(console.store.deadLetters().count(new Filter(List.of(), null, "dropped", null)))
        .isZero();
    assertThat(console.store.deadLetters().count(new Filter(List.of(), null, "kept", null)))
        .isEqualTo(1);
    assertThat(lastEntry())
        .extracting(Entry::what, Entry::target, Entry::was, Entry::becomes)
        .containsExactly("dead letters dropped", "integration dropped", "1 letters", "0 letters");
  }

  @Test
  void aCheckTellsItsLinesAsTheyAreKnownAndRunsOnceAtATime() throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch on = new CountDownLatch(1);
    console.probes =
        (integration, lines) -> {
          lines.accept(new Line("token", Outcome.OK, "issued for " + integration.name()));
          told.countDown();
          await(on);
          lines.accept(new Line("signIns", Outcome.FAILED, "<b>Grant it</b>."));
        };
    String page = "/integrations/tenant-0006";
    assertThat(viewer.get(page).body())
        .contains("a request of the tenant's budget", "(<span>1</span>)")
        .doesNotContain("id=\"check-now\"", "id=\"checked\"");
    try {
      assertThat(Visitor.location(post(operator, page + "/check"))).isEqualTo(page + "#check");
      assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(viewer.get(page).body())
          .contains("It is being checked.", "issued for tenant-0006", "hx-trigger=\"every 1s\"");
      post(operator, page + "/check");
      assertThat(operator.get(page).body()).contains("It is being checked already");
    } finally {
      on.countDown();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> viewer.get(page + "/check", "HX-Request", "true").body().contains("Checked now"));
    String over = viewer.get(page + "/check", "HX-Request", "true").body();
    assertThat(over)
        .startsWith("<div id=\"check\"")
        .contains("&lt;b&gt;Grant it&lt;/b&gt;.", ">failed<", ">ok<")
        .doesNotContain("every 1s", "<b>Grant");
    assertThat(Visitor.location(viewer.get(page + "/check"))).isEqualTo(page + "#check");
    assertThat(lastEntry().what()).isEqualTo("checked");
    assertThat(post(operator, "/integrations/nobody/check").statusCode()).isEqualTo(404);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody went on");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aCheckThatBreaksSaysSoWithoutQuotingAnything() {
    console.probes =
        (integration, lines) -> {
          throw new IllegalStateException("secret-assertion");
        };
    String page = "/integrations/tenant-0007";
    post(operator, page + "/check");
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> viewer.get(page).body().contains("It ended by an error"));
    assertThat(viewer.get(page).body()).doesNotContain("secret-assertion");
  }

  @Test
  void moreChecksThanItCanHoldAreRefused() {
    CountDownLatch on = new CountDownLatch(1);
    console.probes = (integration, lines) -> await(on);
    CheckActions checks = new CheckActions(console.parts);
    try {
      console.integrations(30);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 30; i++) {
                  checks.start(String.format("tenant-%04d", i), "test");
                }
              })
          .isInstanceOf(Refusal.class)
          .hasMessageContaining("Too many checks");
    } finally {
      on.countDown();
      checks.close();
      console.integrations.subList(9, console.integrations.size()).clear();
    }
  }
}
