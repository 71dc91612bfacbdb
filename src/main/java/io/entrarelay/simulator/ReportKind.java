package io.entrarelay.simulator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The two collections that are simulated, by Graph's names. */
enum ReportKind {
  SIGN_INS("signIns", "signIn", "createdDateTime"),
  DIRECTORY_AUDITS("directoryAudits", "directoryAudit", "activityDateTime");

  private final String report;
  private final String type;
  private final String time;

  ReportKind(String report, String type, String time) {
    this.report = report;
    this.type = type;
    this.time = time;
  }

  /** The collection's name under {@code /auditLogs}. */
  String report() {
    return report;
  }

  /** The entity type's name without its namespace. */
  String type() {
    return type;
  }

  /** The property that holds the event's time. */
  String time() {
    return time;
  }

  String path() {
    return "/v1.0/auditLogs/" + report;
  }

  static @Nullable ReportKind ofPath(String path) {
    // Graph's paths have no case; its own examples link to /auditLogs/signins
    String lower = path.toLowerCase(Locale.ROOT);
    for (ReportKind kind : values()) {
      if (lower.equals(kind.path().toLowerCase(Locale.ROOT))) {
        return kind;
      }
    }
    return null;
  }

  static ReportKind ofReport(String report) {
    for (ReportKind kind : values()) {
      if (kind.report.equals(report)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "The simulator has no report " + report + "; it has signIns and directoryAudits.");
  }
}
