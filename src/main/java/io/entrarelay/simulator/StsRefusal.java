package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/**
 * A refusal in Entra's words, whichever way it goes out: as JSON, in a redirect or on a page
 * (facts: graph.md section 6.4).
 */
final class StsRefusal extends Exception {
  private static final long serialVersionUID = 1;
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  /** What identifies one answer. */
  record Trace(String traceId, String correlationId, String timestamp) {
    static Trace of(String correlationId, Instant now) {
      return new Trace(UUID.randomUUID().toString(), correlationId, TIMESTAMP.format(now));
    }
  }

  private final int status;
  private final String error;
  private final int code;

  /**
   * @param status of the JSON
   * @param error OAuth's name for it
   * @param code the number behind AADSTS
   */
  StsRefusal(int status, String error, int code, String text) {
    super(text, null, false, false);
    this.status = status;
    this.error = error;
    this.code = code;
  }

  static StsRefusal missing(String parameter) {
    return new StsRefusal(
        400,
        "invalid_request",
        900144,
        "The request body must contain the following parameter: '" + parameter + "'.");
  }

  static StsRefusal noTenant(String name) {
    return new StsRefusal(
        400,
        "invalid_request",
        90002,
        "Tenant '"
            + name
            + "' not found. Check to make sure you have the correct tenant ID and are signing"
            + " into the correct cloud. Check with your subscription administrator, this may"
            + " happen if there are no active subscriptions for the tenant.");
  }

  static StsRefusal noApplication(String clientId, String directory) {
    return new StsRefusal(
        400,
        "unauthorized_client",
        700016,
        "Application with identifier '"
            + clientId
            + "' was not found in the directory '"
            + directory
            + "'. This can happen if the application has not been installed by the administrator"
            + " of the tenant or consented to by any user in the tenant. You may have sent your"
            + " authentication request to the wrong tenant.");
  }

  static StsRefusal noServicePrincipal(String clientId, String tenantId) {
    return new StsRefusal(
        401,
        "invalid_client",
        7000229,
        "The client application "
            + clientId
            + " is missing service principal in the tenant "
            + tenantId
            + ". See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119");
  }

  static StsRefusal disabled(Registration application) {
    return new StsRefusal(
        400,
        "unauthorized_client",
        7000112,
        "Application '"
            + application.clientId()
            + "'("
            + application.displayName()
            + ") is disabled.");
  }

  static StsRefusal invalidGrant(int code, String text) {
    return new StsRefusal(400, "invalid_grant", code, text);
  }

  String error() {
    return error;
  }

  int code() {
    return code;
  }

  String errorUri() {
    return "https://login.microsoftonline.com/error?code=" + code;
  }

  /** The text with what identifies the answer, whose parts the separator begins. */
  String description(Trace trace, String separator) {
    return "AADSTS"
        + code
        + ": "
        + getMessage()
        + separator
        + "Trace ID: "
        + trace.traceId()
        + separator
        + "Correlation ID: "
        + trace.correlationId()
        + separator
        + "Timestamp: "
        + trace.timestamp();
  }

  /** What the token endpoint answers. */
  Reply json(String correlationId, Instant now) {
    Trace trace = Trace.of(correlationId, now);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("error", error).put("error_description", description(trace, " "));
    body.putArray("error_codes").add(code);
    body.put("timestamp", trace.timestamp())
        .put("trace_id", trace.traceId())
        .put("correlation_id", trace.correlationId())
        .put("error_uri", errorUri());
    return Reply.json(status, body.toString());
  }
}
