package io.entrarelay.simulator;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer before it goes out.
 *
 * @param status the HTTP status
 * @param type the content type
 * @param headers further headers
 * @param body the bytes as they are sent
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record Reply(int status, String type, Map<String, String> headers, byte[] body) {
  static final String JSON = "application/json; charset=utf-8";
  static final String GRAPH_JSON =
      "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

  static Reply json(int status, byte[] body) {
    return new Reply(status, JSON, new LinkedHashMap<>(), body);
  }

  static Reply json(int status, String body) {
    return json(status, body.getBytes(StandardCharsets.UTF_8));
  }

  static Reply html(int status, String title) {
    String body =
        "<!DOCTYPE html><html><head><title>"
            + title
            + "</title></head><body><h2>"
            + title
            + "</h2></body></html>";
    return new Reply(
        status, "text/html", new LinkedHashMap<>(), body.getBytes(StandardCharsets.UTF_8));
  }

  static Reply empty(int status) {
    return new Reply(status, "", new LinkedHashMap<>(), new byte[0]);
  }

  Reply header(String name, String value) {
    headers.put(name, value);
    return this;
  }
}
