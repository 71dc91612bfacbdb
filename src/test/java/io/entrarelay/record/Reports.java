package io.entrarelay.record;

import java.util.LinkedHashMap;
import java.util.Map;

/** Some reports as their source files under {@code routes/sources/} define them. */
public final class Reports {
  private Reports() {}

  /** Interactive sign-ins. */
  public static Report signIns() {
    Map<String, String> envelope = new LinkedHashMap<>();
    envelope.put("operationName", "Sign-in activity");
    envelope.put("resultType", "/status/errorCode");
    envelope.put("resultDescription", "/status/failureReason");
    envelope.put("durationMs", "/processingTimeInMilliseconds");
    envelope.put("callerIpAddress", "/ipAddress");
    envelope.put("correlationId", "/correlationId");
    envelope.put("identity", "/userDisplayName, /servicePrincipalName");
    envelope.put("location", "/location/countryOrRegion");
    return report("signIns", "/v1.0/auditLogs/signIns", "createdDateTime", "SignInLogs", envelope);
  }

  /** Directory audits. */
  public static Report directoryAudits() {
    Map<String, String> envelope = new LinkedHashMap<>();
    envelope.put("operationName", "/activityDisplayName");
    envelope.put("resultDescription", "/resultReason");
    envelope.put("callerIpAddress", "/initiatedBy/user/ipAddress");
    envelope.put("correlationId", "/correlationId");
    envelope.put(
        "identity",
        "/initiatedBy/user/displayName, /initiatedBy/user/userPrincipalName,"
            + " /initiatedBy/app/displayName");
    return report(
        "directoryAudits",
        "/v1.0/auditLogs/directoryAudits",
        "activityDateTime",
        "AuditLogs",
        envelope);
  }

  static Report report(
      String name, String path, String time, String category, Map<String, String> envelope) {
    Report report = new Report();
    report.setName(name);
    report.setPath(path);
    report.setTime(time);
    report.setCategory(category);
    report.setEnvelope(envelope);
    return report;
  }
}
