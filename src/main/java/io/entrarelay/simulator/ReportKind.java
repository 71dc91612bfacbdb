package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The collections that are simulated, by Graph's names; the sign-ins of beta count as one for each
 * event type. Other collections are served in both versions with the same records, in the shape of
 * v1.0.
 */
enum ReportKind {
  SIGN_INS("signIns", "auditLogs/signIns", "signIn", "createdDateTime"),
  NON_INTERACTIVE_USER_SIGN_INS(
      "nonInteractiveUserSignIns", "auditLogs/signIns", "signIn", "createdDateTime"),
  SERVICE_PRINCIPAL_SIGN_INS(
      "servicePrincipalSignIns", "auditLogs/signIns", "signIn", "createdDateTime"),
  MANAGED_IDENTITY_SIGN_INS(
      "managedIdentitySignIns", "auditLogs/signIns", "signIn", "createdDateTime"),
  DIRECTORY_AUDITS(
      "directoryAudits", "auditLogs/directoryAudits", "directoryAudit", "activityDateTime"),
  PROVISIONING(
      "provisioning", "auditLogs/provisioning", "provisioningObjectSummary", "activityDateTime"),
  RISK_DETECTIONS(
      "riskDetections",
      "identityProtection/riskDetections",
      "riskDetection",
      "lastUpdatedDateTime"),
  RISKY_USERS(
      "riskyUsers", "identityProtection/riskyUsers", "riskyUser", "riskLastUpdatedDateTime"),
  SERVICE_PRINCIPAL_RISK_DETECTIONS(
      "servicePrincipalRiskDetections",
      "identityProtection/servicePrincipalRiskDetections",
      "servicePrincipalRiskDetection",
      "lastUpdatedDateTime");

  static final String V1 = "v1.0";
  static final String BETA = "beta";

  private static final Pattern PATH = Pattern.compile("/(v1\\.0|beta)/(.+)");

  /** A lambda over the event types of a sign-in. */
  static final Pattern EVENT_TYPE =
      Pattern.compile("signInEventTypes/any\\(\\s*(\\w+)\\s*:\\s*\\1\\s+eq\\s+'(\\w+)'\\s*\\)");

  private final String report;
  private final String collection;
  private final String type;
  private final String time;

  ReportKind(String report, String collection, String type, String time) {
    this.report = report;
    this.collection = collection;
    this.type = type;
    this.time = time;
  }

  /** The name under which a client may collect it. */
  String report() {
    return report;
  }

  /** The collection's path behind the version. */
  String collection() {
    return collection;
  }

  /** The entity type's name without its namespace. */
  String type() {
    return type;
  }

  /** The property that holds the event's time, by which records are filtered. */
  String time() {
    return time;
  }

  /** The shape of its records. */
  String version() {
    return isSignIn() && this != SIGN_INS ? BETA : V1;
  }

  boolean isSignIn() {
    return type.equals("signIn");
  }

  /** Identity protection: a limit and pages of its own, and times that move with each change. */
  boolean isRisk() {
    return collection.startsWith("identityProtection/");
  }

  /** The largest page, in records. */
  int mostPerPage() {
    return isRisk() ? 500 : 1000;
  }

  /** The page where none is asked for, in records. */
  int usualPerPage() {
    return isRisk() ? 20 : 1000;
  }

  /** How times may be compared. */
  Set<String> operators() {
    if (isRisk()) {
      return Set.of("eq", "ge", "gt", "le", "lt");
    }
    // gt and lt are not among the documented operators of sign-ins, and brought one user all
    return this == PROVISIONING ? Set.of("eq", "gt", "lt") : Set.of("eq", "ge", "le");
  }

  /** The application permission that reading needs. */
  String permission() {
    return switch (this) {
      case RISK_DETECTIONS -> "IdentityRiskEvent.Read.All";
      case RISKY_USERS -> "IdentityRiskyUser.Read.All";
      case SERVICE_PRINCIPAL_RISK_DETECTIONS -> "IdentityRiskyServicePrincipal.Read.All";
      default -> "AuditLog.Read.All";
    };
  }

  /** The least licence with which it can be read. */
  Licence licence() {
    return switch (this) {
      case DIRECTORY_AUDITS -> Licence.NONE;
      case RISKY_USERS, SERVICE_PRINCIPAL_RISK_DETECTIONS -> Licence.P2;
      default -> Licence.P1;
    };
  }

  /** How many there are of it, beside sign-ins: risks are rare. */
  double share() {
    return isRisk() ? 0.05 : 1;
  }

  private @Nullable String eventType() {
    return switch (this) {
      case SIGN_INS -> "interactiveUser";
      case NON_INTERACTIVE_USER_SIGN_INS -> "nonInteractiveUser";
      case SERVICE_PRINCIPAL_SIGN_INS -> "servicePrincipal";
      case MANAGED_IDENTITY_SIGN_INS -> "managedIdentity";
      default -> null;
    };
  }

  /** The version that a path asks for. */
  static String version(String path) {
    return path.toLowerCase(Locale.ROOT).startsWith("/" + BETA + "/") ? BETA : V1;
  }

  /**
   * What a request asks for; null where there is no such collection. Sign-ins are interactive ones,
   * unless the filter of a request in beta names another event type.
   */
  static @Nullable ReportKind ofRequest(String path, @Nullable String rawQuery) {
    // Graph's paths have no case; its own examples link to /auditLogs/signins
    Matcher matcher = PATH.matcher(path.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return null;
    }
    for (ReportKind kind : values()) {
      if (kind.collection.toLowerCase(Locale.ROOT).equals(matcher.group(2))) {
        return kind == SIGN_INS && matcher.group(1).equals(BETA) && rawQuery != null
            ? ofEventType(rawQuery)
            : kind;
      }
    }
    return null;
  }

  private static ReportKind ofEventType(String rawQuery) {
    String query;
    try {
      query = URLDecoder.decode(rawQuery, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return SIGN_INS; // which then refuses it
    }
    Matcher filter = EVENT_TYPE.matcher(query);
    if (filter.find()) {
      for (ReportKind kind : values()) {
        if (filter.group(2).equals(kind.eventType())) {
          return kind;
        }
      }
    }
    return SIGN_INS;
  }

  /** Whether this is the kind of sign-in that an event type names. */
  boolean isOf(String eventType) {
    return eventType.equals(eventType());
  }

  static ReportKind ofReport(String report) {
    for (ReportKind kind : values()) {
      if (kind.report.equals(report)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "The simulator has no report "
            + report
            + "; it has "
            + String.join(", ", List.of(values()).stream().map(ReportKind::report).toList())
            + ".");
  }

  /** What a record is, by the properties that only its kind has; null where none has them. */
  static @Nullable ReportKind ofRecord(JsonNode record) {
    if (record.has("createdDateTime")) {
      String event = record.path("signInEventTypes").path(0).asText("interactiveUser");
      for (ReportKind kind : values()) {
        if (kind.isOf(event)) {
          return kind;
        }
      }
      return SIGN_INS;
    }
    if (record.has("riskLastUpdatedDateTime")) {
      return RISKY_USERS;
    }
    if (record.has("riskEventType")) {
      return record.has("servicePrincipalId") ? SERVICE_PRINCIPAL_RISK_DETECTIONS : RISK_DETECTIONS;
    }
    if (record.has("activityDateTime")) {
      boolean provisioning = record.has("provisioningAction") || record.has("provisioningSteps");
      return provisioning ? PROVISIONING : DIRECTORY_AUDITS;
    }
    return null;
  }
}
