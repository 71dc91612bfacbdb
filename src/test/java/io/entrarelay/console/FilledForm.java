package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A form with files ({@code multipart/form-data}), as a browser sends it. */
final class FilledForm {
  private static final String BOUNDARY = "----form-of-a-browser";

  /** One for all forms of a session, as pages have it. */
  private static final Map<Visitor, String> TOKENS = new ConcurrentHashMap<>();

  private record Part(String name, String head, byte[] content) {}

  private final List<Part> parts = new ArrayList<>();

  /** In the place of what the field had. */
  FilledForm with(String name, String value) {
    parts.removeIf(part -> part.name.equals(name));
    return and(name, value);
  }

  FilledForm with(Map<String, String> fields) {
    fields.forEach(this::with);
    return this;
  }

  /** Beside what the field has. */
  FilledForm and(String name, String value) {
    parts.add(new Part(name, "", value.getBytes(UTF_8)));
    return this;
  }

  FilledForm file(String name, String fileName, byte[] content) {
    parts.add(new Part(name, "; filename=\"" + fileName + "\"", content));
    return this;
  }

  BodyPublisher body() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Part part : parts) {
      String head =
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
              .formatted(BOUNDARY, part.name, part.head);
      body.writeBytes(head.getBytes(UTF_8));
      body.writeBytes(part.content);
      body.writeBytes("\r\n".getBytes(UTF_8));
    }
    body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    return BodyPublishers.ofByteArray(body.toByteArray());
  }

  /** With the token of a page. */
  HttpResponse<String> post(Visitor visitor, String path) {
    with("_csrf", TOKENS.computeIfAbsent(visitor, Visitor::token));
    return bare(visitor, path);
  }

  /** Without. */
  HttpResponse<String> bare(Visitor visitor, String path) {
    return visitor.send(request(visitor, path).POST(body()));
  }

  static HttpRequest.Builder request(Visitor visitor, String path) {
    return HttpRequest.newBuilder(visitor.uri(path))
        .header("Accept", "text/html")
        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY);
  }
}
