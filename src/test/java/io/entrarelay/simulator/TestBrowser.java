package io.entrarelay.simulator;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser that remembers cookies, clicks buttons and stops where a redirect leaves its site. */
public final class TestBrowser {
  private static final Pattern FORM = Pattern.compile("<form[^>]*>.*?</form>", Pattern.DOTALL);
  private static final Pattern HIDDEN =
      Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;
  private final Map<String, String> cookies = new LinkedHashMap<>();

  /** What stands in the window, or a redirect that leaves the site. */
  public record Page(URI address, HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String text() {
      return response.body();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public String location() {
      return header("Location");
    }

    /** The parameters of the redirect. */
    public Map<String, String> answer() {
      return fields(location().substring(location().indexOf('?') + 1));
    }

    /** The text of the element with that id, without markup. */
    public String element(String id) {
      Matcher matcher =
          Pattern.compile("id=\"" + id + "\"[^>]*>(.*?)</", Pattern.DOTALL).matcher(text());
      return matcher.find() ? matcher.group(1).replaceAll("<[^>]*>", "") : "";
    }
  }

  public TestBrowser(Simulator simulator) {
    this.base = simulator.base();
  }

  public static Map<String, String> fields(String query) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      fields.put(
          part.substring(0, equals),
          URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return fields;
  }

  static String query(Map<String, String> fields) {
    StringBuilder query = new StringBuilder();
    fields.forEach(
        (name, value) ->
            query
                .append(query.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return query.toString();
  }

  public Page open(String path, Map<String, String> fields)
      throws IOException, InterruptedException {
    return get(base.resolve(path + "?" + query(fields)));
  }

  public Page get(URI address) throws IOException, InterruptedException {
    return go(address, HttpRequest.newBuilder(address));
  }

  Page post(URI address, Map<String, String> fields, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(query(fields)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return go(address, request);
  }

  private Page go(URI address, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    cookies.forEach((name, value) -> request.header("Cookie", name + "=" + value));
    HttpResponse<String> response =
        http.send(
            request.header("Accept", "text/html").build(), HttpResponse.BodyHandlers.ofString());
    response
        .headers()
        .firstValue("Set-Cookie")
        .ifPresent(
            cookie -> {
              String[] pair = cookie.split(";", -1)[0].split("=", -1);
              cookies.put(pair[0], pair[1]);
            });
    String location = response.headers().firstValue("Location").orElse("");
    return location.startsWith("/") ? get(base.resolve(location)) : new Page(address, response);
  }

  /** Sends the form that the button with that id is in. */
  public Page click(Page page, String id) throws IOException, InterruptedException {
    Matcher form = FORM.matcher(page.text());
    while (form.find()) {
      Matcher button =
          Pattern.compile("<button([^>]*id=\"" + Pattern.quote(id) + "\"[^>]*)>")
              .matcher(form.group());
      if (!button.find()) {
        continue;
      }
      Map<String, String> fields = new LinkedHashMap<>();
      Matcher hidden = HIDDEN.matcher(form.group());
      while (hidden.find()) {
        fields.put(hidden.group(1), unescape(hidden.group(2)));
      }
      if (button.group(1).contains("name=")) {
        fields.put(attribute(button.group(1), "name"), attribute(button.group(1), "value"));
      }
      return post(page.address().resolve(attribute(form.group(), "action")), fields);
    }
    throw new AssertionError("There is no button " + id + " in " + page.text());
  }

  /** Follows the link with that id. */
  public Page follow(Page page, String id) throws IOException, InterruptedException {
    Matcher link = Pattern.compile("<a id=\"" + id + "\" href=\"([^\"]*)\"").matcher(page.text());
    if (!link.find()) {
      throw new AssertionError("There is no link " + id + " in " + page.text());
    }
    return get(page.address().resolve(unescape(link.group(1))));
  }

  private static String attribute(String tag, String name) {
    Matcher matcher = Pattern.compile(name + "=\"([^\"]*)\"").matcher(tag);
    return matcher.find() ? unescape(matcher.group(1)) : "";
  }

  private static String unescape(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }
}
