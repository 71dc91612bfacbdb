package io.entrarelay.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A token endpoint on loopback that answers as a test says and keeps what it was asked. */
final class TokenServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One POST: its path and its form. */
  record Request(String path, Map<String, String> form) {
    JsonNode header() throws IOException {
      return part(0);
    }

    JsonNode payload() throws IOException {
      return part(1);
    }

    String assertion() {
      return form.getOrDefault("client_assertion", "");
    }

    private JsonNode part(int number) throws IOException {
      return JSON.readTree(Base64.getUrlDecoder().decode(assertion().split("\\.")[number]));
    }
  }

  /** How a POST is answered. */
  interface Answer {
    void to(HttpExchange exchange, Request request, int number) throws Exception;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  final List<Request> requests = new CopyOnWriteArrayList<>();
  volatile Answer answer = TokenServer::grant;

  TokenServer(@Nullable SSLContext tls) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
    if (tls == null) {
      server = HttpServer.create(any, 0);
    } else {
      HttpsServer https = HttpsServer.create(any, 0);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = https;
    }
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> form = new HashMap<>();
            for (String field : body.split("&")) {
              String[] pair = field.split("=", 2);
              form.put(
                  pair[0],
                  URLDecoder.decode(pair.length < 2 ? "" : pair[1], StandardCharsets.UTF_8));
            }
            Request request = new Request(exchange.getRequestURI().toString(), form);
            requests.add(request);
            answer.to(exchange, request, requests.size());
          } catch (IOException e) {
            throw e;
          } catch (Exception e) {
            throw new IOException(e);
          }
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  URI https() {
    return URI.create("https://localhost:" + port());
  }

  URI http() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** A token whose third part holds its number and the word SECRET. */
  static String token(int number) {
    String claims =
        "{\"tid\":\"7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01\",\"roles\":[\"AuditLog.Read.All\"],\"n\":"
            + number
            + "}";
    Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
    return url.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
        + "."
        + url.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + ".TOKENSECRET"
        + number;
  }

  static void grant(HttpExchange exchange, Request request, int number) throws IOException {
    send(exchange, 200, grant(number, 3600, ""));
  }

  static String grant(int number, int expiresIn, String more) {
    return "{\"token_type\":\"Bearer\",\"expires_in\":"
        + expiresIn
        + ",\"ext_expires_in\":"
        + expiresIn
        + more
        + ",\"access_token\":\""
        + token(number)
        + "\"}";
  }

  static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Entra's refusal with a code and a description, as it words them. */
  static Answer refusal(int status, String error, int code, String text) {
    return (exchange, request, number) ->
        send(
            exchange,
            status,
            JSON.writeValueAsString(
                Map.of(
                    "error",
                    error,
                    "error_description",
                    "AADSTS"
                        + code
                        + ": "
                        + text
                        + " Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 Correlation ID:"
                        + " aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2025-09-18 01:17:37Z",
                    "error_codes",
                    List.of(code),
                    "trace_id",
                    "0000aaaa-11bb-cccc-dd22-eeeeee333333")));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
