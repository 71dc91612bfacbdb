package io.entrarelay.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.jspecify.annotations.Nullable;

/**
 * MSAL4J's way to the token endpoint, for one exchange: to the integration's authority and nowhere
 * else, under a deadline over headers and body, and with every answer but a clean token turned into
 * a {@link Refused} or {@link Failed} of our own. MSAL4J quotes answers that it can't parse in its
 * exceptions and logs, and those may hold a token; so it is shown only what it can parse.
 */
final class TokenEndpoint implements IHttpClient {
  private static final int BODY_LIMIT = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Entra refused, or answered with something that is no token. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    final int status;
    final @Nullable String code;
    final String description;
    final transient @Nullable Duration retryAfter;

    Refused(int status, @Nullable String code, String description, @Nullable Duration retryAfter) {
      super("token endpoint: status " + status + (code == null ? "" : ", " + code));
      this.status = status;
      this.code = code;
      this.description = description;
      this.retryAfter = retryAfter;
    }
  }

  /** The connection brought no whole answer within the deadline, or none at all. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;
    final boolean deadline;

    Failed(boolean deadline, @Nullable IOException cause) {
      super("token endpoint: no answer", cause);
      this.deadline = deadline;
    }
  }

  private final CloseableHttpClient http;
  private final URI expected;
  private final URI authority;
  private final Duration deadline;
  private final Supplier<Instant> now;
  private @Nullable Lifetime lifetime;

  /**
   * How long the token of this exchange lives.
   *
   * @param expiresIn from the request's sending on
   * @param refreshIn when to ask for the next, null where Entra doesn't say
   */
  record Lifetime(Duration expiresIn, @Nullable Duration refreshIn) {}

  /**
   * @param expected the authority that MSAL4J is told, which alone it may call
   * @param authority where the request really goes: the same, or the simulator on this machine
   */
  TokenEndpoint(
      CloseableHttpClient http,
      URI expected,
      URI authority,
      Duration deadline,
      Supplier<Instant> now) {
    this.http = http;
    this.expected = expected;
    this.authority = authority;
    this.deadline = deadline;
    this.now = now;
  }

  /** The lifetime that came with the token, null before one came. */
  @Nullable Lifetime lifetime() {
    return lifetime;
  }

  @Override
  public IHttpResponse send(HttpRequest request) throws IOException {
    URL url = request.url();
    int port = url.getPort() == -1 ? 443 : url.getPort();
    boolean known =
        "https".equals(url.getProtocol())
            && url.getHost().toLowerCase(Locale.ROOT).equals(Cloud.host(expected))
            && port == Cloud.port(expected)
            && url.getUserInfo() == null
            && request.httpMethod() == HttpMethod.POST;
    if (!known) {
      throw new Refused(0, null, "a call to another host was stopped: " + url.getHost(), null);
    }
    HttpPost post =
        new HttpPost(authority.getScheme() + "://" + authority.getRawAuthority() + url.getFile());
    request.headers().forEach(post::setHeader);
    post.removeHeaders("Content-Type");
    post.setEntity(new StringEntity(request.body(), ContentType.APPLICATION_FORM_URLENCODED));

    // A socket's timeout starts anew with each byte: only cutting the exchange off bounds it.
    CompletableFuture<Void> timer = new CompletableFuture<>();
    boolean[] expired = {false};
    CompletableFuture<Void> cut =
        timer
            .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(
                timeout -> {
                  synchronized (expired) {
                    expired[0] = true;
                  }
                  post.cancel();
                  return null;
                });
    try {
      return http.execute(post, this::read);
    } catch (Refused e) {
      throw e;
    } catch (IOException e) {
      synchronized (expired) {
        throw new Failed(expired[0], e);
      }
    } finally {
      timer.complete(null);
      cut.complete(null);
    }
  }

  private IHttpResponse read(ClassicHttpResponse response) throws IOException {
    int status = response.getCode();
    Duration retryAfter =
        RetryAfter.parse(header(response, "Retry-After"), header(response, "Date"), now.get());
    byte[] body = body(response);
    if (status >= 300 && status < 400) {
      throw new Refused(status, null, "it redirects" + destination(response), retryAfter);
    }
    JsonNode json = json(body);
    if (status != 200) {
      String code = json.path("error").isTextual() ? json.path("error").asText() : null;
      throw new Refused(status, code, json.path("error_description").asText(""), retryAfter);
    }
    return token(json);
  }

  private IHttpResponse token(JsonNode json) throws Refused {
    String token = json.path("access_token").asText("");
    if (!json.isObject()) {
      throw noToken("it is no JSON object");
    }
    // Only what may stand in a header as it is (RFC 6750 section 2.1).
    if (!json.path("access_token").isTextual() || !token.matches("[A-Za-z0-9._~+/=-]+")) {
      throw noToken("it holds no access_token");
    }
    Long expiresIn = seconds(json.path("expires_in"));
    if (expiresIn == null || expiresIn <= 0) {
      throw noToken("expires_in is missing or no number of seconds");
    }
    String type = json.path("token_type").asText("Bearer");
    if (!type.equalsIgnoreCase("Bearer")) {
      throw noToken("token_type is not Bearer");
    }
    Long refreshIn = seconds(json.path("refresh_in"));
    this.lifetime =
        new Lifetime(
            Duration.ofSeconds(expiresIn),
            refreshIn == null || refreshIn <= 0 || refreshIn >= expiresIn
                ? null
                : Duration.ofSeconds(refreshIn));
    String clean =
        JSON.createObjectNode()
            .put("token_type", "Bearer")
            .put("expires_in", expiresIn)
            .put("access_token", token)
            .toString();
    com.microsoft.aad.msal4j.HttpResponse answer = new com.microsoft.aad.msal4j.HttpResponse();
    answer.statusCode(200);
    answer.addHeaders(Map.of("Content-Type", List.of("application/json")));
    answer.body(clean);
    return answer;
  }

  private static Refused noToken(String what) {
    return new Refused(200, null, what, null);
  }

  private static @Nullable Long seconds(JsonNode value) {
    // Some gateways send the number as a text. The limit is far above the 28 h of a CAE token.
    boolean number = value.isIntegralNumber() || value.isTextual();
    return number && value.asText().matches("\\d{1,8}") ? Long.valueOf(value.asText()) : null;
  }

  private static byte[] body(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return new byte[0];
    }
    try (InputStream in = entity.getContent()) {
      byte[] body = in.readNBytes(BODY_LIMIT + 1);
      if (body.length > BODY_LIMIT) {
        throw new Refused(response.getCode(), null, "it is larger than 1 MiB", null);
      }
      return body;
    }
  }

  private static JsonNode json(byte[] body) {
    try {
      JsonNode json = JSON.readTree(new String(body, StandardCharsets.UTF_8));
      return json == null ? JSON.missingNode() : json;
    } catch (JsonProcessingException e) {
      return JSON.missingNode(); // the exception may quote the text: dropped with it
    }
  }

  private static String destination(ClassicHttpResponse response) {
    String location = header(response, "Location");
    try {
      String host = location == null ? "" : Cloud.host(new URI(location));
      return host.isEmpty() ? "" : " to " + Printable.line(host, 100);
    } catch (java.net.URISyntaxException e) {
      return "";
    }
  }

  private static @Nullable String header(ClassicHttpResponse response, String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }
}
