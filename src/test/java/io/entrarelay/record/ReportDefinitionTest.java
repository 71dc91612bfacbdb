package io.entrarelay.record;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a faulty report bean in YAML is told. */
class ReportDefinitionTest {
  private static void refused(Consumer<Report> fault, String message) {
    Report report = Reports.signIns();
    fault.accept(report);
    assertThatThrownBy(() -> new PageCutter(report, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> new VendorForm(report))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static void refused(String key, String value, String message) {
    refused(report -> report.setEnvelope(Map.of(key, value)), message);
  }

  @Test
  void name() {
    refused(
        report -> report.setName(" "), "A report has no name: give its bean the property 'name'.");
  }

  @Test
  void time() {
    String message =
        "Report signIns: 'time' must name the property that holds the event's time, such as"
            + " createdDateTime.";
    refused(report -> report.setTime(""), message);
    refused(report -> report.setTime("/createdDateTime"), message);
  }

  @Test
  void category() {
    refused(
        report -> report.setCategory(""),
        "Report signIns: 'category' is missing: give Azure Monitor's name, such as SignInLogs.");
  }

  @Test
  void unknownKey() {
    refused(
        "callerIp",
        "/ipAddress",
        "Report signIns: the envelope has no key 'callerIp'; it takes [callerIpAddress,"
            + " correlationId, durationMs, identity, location, operationName, resultDescription,"
            + " resultType, time].");
  }

  @Test
  void whatAQueryIsMadeOf() {
    refused(
        report -> report.setOperators("ge, lt"),
        "Report signIns: 'operators' is 'ge, le' or 'gt, lt', not 'ge, lt'.");
    refused(
        report -> report.setTop(1_001), "Report signIns: 'top' is 1 to 1000 records, not 1001.");
    refused(
        report -> report.setBudget("risks"),
        "Report signIns: 'budget' is one of reports, identityProtection, not 'risks'.");
  }

  @Test
  void timeAsText() {
    refused(
        "time",
        "now",
        "Report signIns: envelope key time must be a pointer to a time, such as /activityDateTime;"
            + " without the key it is 'time'.");
  }

  @Test
  void emptyValue() {
    refused(
        "identity",
        "  ",
        "Report signIns: envelope key identity is empty: give a text or a pointer such as"
            + " /ipAddress, or leave the key out.");
  }

  @Test
  void textAmongPointers() {
    refused(
        "identity",
        "/userDisplayName, servicePrincipalName",
        "Report signIns: envelope key identity: 'servicePrincipalName' is no JSON pointer; write"
            + " pointers such as /userDisplayName, with a comma between several.");
  }

  @Test
  void durationAsText() {
    refused(
        "durationMs",
        "5",
        "Report signIns: envelope key durationMs must be a pointer to a number, such as"
            + " /processingTimeInMilliseconds; without the key it is 0.");
  }
}
