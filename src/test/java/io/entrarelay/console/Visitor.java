package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Someone at the console with cookies of their own, who follows no redirect. */
final class Visitor {
  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  private final URI base;
  private final CookieManager cookies = new CookieManager();
  private final HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();

  Visitor(URI base) {
    this.base = base;
  }

  /** A page as a browser asks for it. */
  HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).header("Accept", "text/html");
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> post(String path, Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), UTF_8))
            .collect(Collectors.joining("&"));
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
  }

  /** As Hawtio sends it, with the token of its cookie. */
  HttpResponse<String> json(String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .header("X-XSRF-TOKEN", cookie("XSRF-TOKEN"))
            .POST(BodyPublishers.ofString(body)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  URI uri(String path) {
    return URI.create(base + path);
  }

  /** The token of the forms on the sign-in page, or where someone is signed in on any other. */
  String token() {
    HttpResponse<String> page = get("/sign-in");
    Matcher token =
        TOKEN.matcher(page.statusCode() == 200 ? page.body() : get("/integrations").body());
    if (!token.find()) {
      throw new AssertionError("no token on the page");
    }
    return token.group(1);
  }

  HttpResponse<String> signIn(String name, String password) {
    return signIn(name, password, "");
  }

  HttpResponse<String> signIn(String name, String password, String next) {
    return post(
        "/sign-in", Map.of("_csrf", token(), "name", name, "password", password, "next", next));
  }

  /** A wrong password that a proxy says comes from these addresses. */
  HttpResponse<String> signInFrom(String forwardedFor, String name) {
    String token =
        get("/sign-in").headers().allValues("Set-Cookie").stream()
            .filter(cookie -> cookie.startsWith("XSRF-TOKEN="))
            .map(cookie -> cookie.substring("XSRF-TOKEN=".length(), cookie.indexOf(';')))
            .findFirst()
            .orElseGet(() -> cookie("XSRF-TOKEN"));
    return send(
        HttpRequest.newBuilder(uri("/sign-in"))
            .header("X-Forwarded-For", forwardedFor)
            .header("Cookie", "XSRF-TOKEN=" + token) // the jar has no Secure ones for plain HTTP
            .header("X-XSRF-TOKEN", token)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("name=" + name + "&password=wrong")));
  }

  /** The value of a cookie; empty where there is none. */
  String cookie(String name) {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().equals(name))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElse("");
  }

  static String location(HttpResponse<?> response) {
    return response.headers().firstValue("Location").orElse("");
  }
}
