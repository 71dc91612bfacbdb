package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A refusal as Graph words it; the texts are those of facts: graph.md section 2.5. */
final class GraphError extends Exception {
  private static final long serialVersionUID = 1;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

  private final int status;
  private final String code;
  private final String text;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  GraphError(int status, String code, String text) {
    super(text, null, false, false);
    this.status = status;
    this.code = code;
    this.text = text;
  }

  static GraphError badRequest(String text) {
    return new GraphError(400, "BadRequest", text);
  }

  static GraphError invalidFilter() {
    return badRequest("Invalid filter clause");
  }

  static GraphError optionNotAllowed(String option) {
    return badRequest(
        "Query option '"
            + option
            + "' is not allowed. To allow it, set the 'AllowedQueryOptions' property on"
            + " EnableQueryAttribute or QueryValidationSettings.");
  }

  static GraphError unauthorized(String text) {
    return new GraphError(401, "InvalidAuthenticationToken", text);
  }

  GraphError header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  byte[] body(Instant now, String requestId, String clientRequestId) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode error = root.putObject("error");
    error.put("code", code).put("message", text);
    ObjectNode inner = error.putObject("innerError");
    inner
        .put("date", DATE.format(now))
        .put("request-id", requestId)
        .put("client-request-id", clientRequestId);
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }
}
