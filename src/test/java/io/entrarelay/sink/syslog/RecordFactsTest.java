package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.onboard.Sources;
import io.entrarelay.record.PageCutter;
import io.entrarelay.record.PageException;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.record.Report;
import io.entrarelay.record.Selection;
import io.entrarelay.record.VendorForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A record's time, failure and risk are told whatever form it has. */
class RecordFactsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Map<String, Report> REPORTS = Sources.reports(Path.of("routes"));
  private static final Instant COLLECTED = Instant.parse("2026-05-01T10:06:00.123Z");

  private static RecordFacts facts(byte[] line) {
    RecordFacts facts = new RecordFacts();
    facts.read(line, 0, line.length);
    return facts;
  }

  private static RecordFacts facts(String line) {
    return facts(line.getBytes(UTF_8));
  }

  private static String time(RecordFacts facts) {
    return new String(facts.time(), 0, facts.timeLength(), US_ASCII);
  }

  /** A case's line in vendor form. */
  private static byte[] vendor(String report, Path record) throws IOException, PageException {
    byte[] page = ("{\"value\":[" + Files.readString(record).strip() + "]}").getBytes(UTF_8);
    Report definition = Objects.requireNonNull(REPORTS.get(report), report);
    RecordBatch batch = new PageCutter(definition, 1).cut(page, page.length);
    Selection all = new Selection();
    all.add(0, 0);
    return new VendorForm(definition)
        .write(batch, all, "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01", "contoso", COLLECTED)
        .line(0);
  }

  private static RecordFacts facts(String form, String story) throws Exception {
    Path folder = GOLDEN.resolve(form).resolve(story);
    String report = story.substring(0, story.indexOf('/'));
    return facts(
        form.equals("vendor")
            ? vendor(report, folder.resolve("record.json"))
            : Files.readAllBytes(folder.resolve("expected.json")));
  }

  @ParameterizedTest
  @CsvSource({
    "vendor, 2026-05-01T10:07:00.1234567Z",
    "ocsf, 2026-05-01T10:07:00.1234567Z",
    "ecs, 2026-05-01T10:07:00.123Z",
    "taegis, 2026-05-01T10:07:00.123456Z"
  })
  void eachFormTellsTheRecordsOwnTime(String form, String time) throws Exception {
    assertThat(time(facts(form, "signIns/failure-wrong-password"))).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vendor", "ocsf", "ecs", "taegis"})
  void eachFormTellsFailuresAndRisks(String form) throws Exception {
    for (String failed :
        new String[] {
          "signIns/failure-wrong-password",
          "servicePrincipalSignIns/wrong-secret",
          "directoryAudits/failure-with-reason",
          "provisioning/group-creation-conflicts"
        }) {
      assertThat(facts(form, failed).isFailure()).as("%s failed", failed).isTrue();
      assertThat(facts(form, failed).isRisk()).as("%s at risk", failed).isFalse();
    }
    for (String risk :
        new String[] {
          "signIns/high-risk",
          "riskDetections/unfamiliar-sign-in",
          "riskyUsers/at-risk-high",
          "riskyUsers/guest-compromised"
        }) {
      assertThat(facts(form, risk).isFailure()).as("%s failed", risk).isFalse();
      assertThat(facts(form, risk).isRisk()).as("%s at risk", risk).isTrue();
    }
    for (String neither :
        new String[] {
          "signIns/success-with-mfa",
          "signIns/medium-risk-remediated",
          "directoryAudits/user-deleted",
          "provisioning/user-skipped-out-of-scope",
          "riskDetections/anomalous-token-remediated",
          "riskyUsers/dismissed-by-administrator"
        }) {
      assertThat(facts(form, neither).isFailure()).as("%s failed", neither).isFalse();
      assertThat(facts(form, neither).isRisk()).as("%s at risk", neither).isFalse();
    }
  }

  /**
   * Every record of every report; a time is cut to what the form has of it. Of a risk detection the
   * vendor form says when it happened, the others when it was detected.
   */
  @ParameterizedTest
  @CsvSource({"ocsf, Nanos", "ecs, Millis", "taegis, Micros"})
  void eachFormSaysWhatTheVendorFormSays(String form, String precision) throws Exception {
    ChronoUnit unit = ChronoUnit.valueOf(precision.toUpperCase(java.util.Locale.ROOT));
    Map<String, String> other = new TreeMap<>();
    for (String report : REPORTS.keySet()) {
      try (Stream<Path> cases = Files.list(GOLDEN.resolve("vendor").resolve(report))) {
        for (Path folder : (Iterable<Path>) cases::iterator) {
          String story = report + "/" + folder.getFileName();
          boolean timed = !report.equals("riskDetections");
          String expected = said(facts("vendor", story), timed ? unit : ChronoUnit.FOREVER);
          String actual = said(facts(form, story), timed ? unit : ChronoUnit.FOREVER);
          if (!actual.equals(expected)) {
            other.put(story, actual + " where vendor says " + expected);
          }
        }
      }
    }
    assertThat(other).isEmpty();
  }

  private static String said(RecordFacts facts, ChronoUnit unit) {
    Instant time = facts.hasTime() ? Instant.parse(time(facts)) : COLLECTED;
    return (unit == ChronoUnit.FOREVER ? "" : time.truncatedTo(unit))
        + (facts.isFailure() ? ", a failure" : "")
        + (facts.isRisk() ? ", a risk" : "");
  }

  @Test
  void aNumberThatIsNoTimeIsNotKnown() {
    for (String line :
        new String[] {
          "{\"time\":9223372036854775807}",
          "{\"time\":-9223372036854775808}",
          "{\"time\":92233720368547758070}",
          "{\"time\":1777630020123.5}",
          "{\"time\":{\"time\":1777630020123}}",
          "{\"event_time_usec\":9223372036854775807}",
          "{\"event_time_usec\":\"1777630020123456\"}"
        }) {
      assertThat(facts(line).hasTime()).as(line).isFalse();
    }
    assertThat(time(facts("{\"event_time_usec\":-1}"))).isEqualTo("1969-12-31T23:59:59.999999Z");
  }

  @Test
  void aTextSaysTheTimeBeforeANumberWhereverItStands() {
    String text = "\"time_dt\":\"2026-05-01T10:07:00.1234567Z\"";
    String number = "\"time\":1777630020123";
    for (String line : new String[] {text + "," + number, number + "," + text}) {
      assertThat(time(facts("{" + line + "}"))).isEqualTo("2026-05-01T10:07:00.1234567Z");
    }
  }
}
