package io.entrarelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.graph.NextLink;
import io.entrarelay.graph.NextLinkException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * A nextLink: whatever is followed goes to the collection's host, port and path, as camel-http and
 * Apache's client themselves make a request of it; the request is stopped before it connects. And a
 * link that leads on in the collection is followed with its query as it came.
 */
final class NextLinkTarget implements FuzzTarget {
  private static final List<URI> COLLECTIONS =
      List.of(
          URI.create("https://graph.microsoft.com/v1.0/auditLogs/signIns"),
          URI.create("https://localhost:18443/beta/auditLogs/signIns"),
          URI.create("https://[::1]:18443/v1.0/auditLogs/signIns"),
          URI.create("http://127.0.0.1:18080/v1.0/auditLogs/directoryAudits"));

  /** What a query may hold (RFC 3986 section 3.4). */
  private static final Pattern QUERY = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=:@/?-]*");

  private static final Pattern ESCAPES = Pattern.compile("%[0-9A-Fa-f]{2}");

  private static final Pattern USUAL =
      Pattern.compile("\\$top=[0-9]{1,4}&\\$skiptoken=[A-Za-z0-9_%.-]{1,200}");

  /** A request as it would go out. */
  private record Sent(HttpHost host, String authority, String target) {}

  private final ProducerTemplate graph;
  private @Nullable Sent sent;

  @SuppressWarnings("resource") // lives as long as the fuzzing
  NextLinkTarget() {
    DefaultCamelContext camel = new DefaultCamelContext();
    HttpClientConfigurer recorder =
        client ->
            client.addExecInterceptorBefore(
                ChainElement.CONNECT.name(),
                "recorder",
                (request, scope, chain) -> {
                  sent =
                      new Sent(
                          scope.route.getTargetHost(),
                          String.valueOf(request.getAuthority()), // what "Host" is made of
                          request.getPath());
                  BasicClassicHttpResponse response = new BasicClassicHttpResponse(200);
                  response.setEntity(new StringEntity(""));
                  return response;
                });
    camel.getRegistry().bind("recorder", recorder);
    camel.start();
    graph = camel.createProducerTemplate();
  }

  @Override
  public String read(byte[] input) throws Exception {
    String link = new String(input, UTF_8);
    StringBuilder outcome = new StringBuilder();
    for (URI collection : COLLECTIONS) {
      outcome.append(read(collection, link)).append(' ');
    }
    return outcome.toString();
  }

  private String read(URI collection, String link) throws Exception {
    String followed;
    try {
      followed = Effort.within(200_000, () -> NextLink.check(collection, link));
    } catch (NextLinkException e) {
      Claim.isLine(e.getMessage(), 500);
      Claim.that(e.getCause() == null, "a cause, which may quote the link");
      int question = link.indexOf('?');
      String query = question < 0 ? "" : link.substring(question + 1);
      Claim.that(
          query.length() < 16 || query.indexOf('=') < 0 || !e.getMessage().contains(query),
          "the message holds the query");
      boolean sound =
          link.startsWith(collection + "?")
              && link.length() < 8192
              && USUAL.matcher(query).matches();
      Claim.that(!sound, "a link that leads on is refused: %s", e.getMessage());
      return e.getMessage().replaceFirst("(nextLink \\w+ \\w+).*", "$1");
    }
    Claim.that(followed.equals(link), "the link is changed");
    Claim.that(link.indexOf('#') < 0, "a fragment is never sent: %s", link);
    send(link);
    Sent request = sent;
    Claim.that(request != null, "nothing was sent");
    HttpHost host = request.host();
    Claim.that(host.getSchemeName().equals(collection.getScheme()), "sent by %s", host);
    Claim.that(host.getHostName().equalsIgnoreCase(collection.getHost()), "sent to %s", host);
    int port = collection.getPort() < 0 ? 443 : collection.getPort();
    Claim.that(host.getPort() == port || (host.getPort() < 0 && port == 443), "sent to %s", host);
    Claim.that(
        URI.create("https://" + request.authority())
            .getHost()
            .equalsIgnoreCase(collection.getHost()),
        "sent with the authority %s",
        request.authority());
    String target = request.target();
    int question = target.indexOf('?');
    Claim.that(
        question > 0 && target.substring(0, question).equalsIgnoreCase(collection.getRawPath()),
        "sent to the path %s",
        target);
    String query = link.substring(link.indexOf('?') + 1);
    if (QUERY.matcher(ESCAPES.matcher(query).replaceAll("")).matches()) {
      // Camel escapes ~, which is the same to RFC 3986 (section 2.3)
      String asSent = target.substring(question + 1).replace("%7E", "~");
      Claim.that(asSent.equals(query.replace("%7E", "~")), "sent %s for %s", target, link);
    }
    return "followed";
  }

  private void send(String link) {
    sent = null;
    Exchange exchange =
        graph.request(
            "http:graph?httpClientConfigurer=#recorder",
            e -> {
              e.getMessage().setHeader(Exchange.HTTP_METHOD, "GET");
              e.getMessage().setHeader(Exchange.HTTP_URI, link);
            });
    if (exchange.getException() != null) {
      throw new AssertionError("a followed link can't be sent", exchange.getException());
    }
  }

  @Override
  public List<byte[]> seeds(Random random) {
    List<String> seeds = new ArrayList<>();
    for (URI collection : COLLECTIONS) {
      seeds.add(collection + "?$top=1000&$skiptoken=9177f2e3532fcd4c4d_" + random.nextInt(1000));
      seeds.add(collection + "?$filter=a%20ge%20b&%24skiptoken=a%2Bb+c%2Fd==");
      seeds.add(collection + "?$skip=" + random.nextInt(1000));
      seeds.add(collection + "?$top=5&$skiptoken=xyz%2F_.-");
      seeds.add(collection.toString());
      seeds.add(collection.toString().replaceFirst("https?", "http") + "?$skiptoken=x");
      seeds.add(collection.toString().replaceFirst("https?", "https") + "?$skiptoken=x");
      seeds.add(collection + "/../users?$skiptoken=x");
      seeds.add(collection + ";a=b?$skiptoken=x");
      seeds.add(collection.toString().replace("://", "://user@") + "?$skiptoken=x");
      seeds.add(collection.toString().replace("://", "://evil.example\\@") + "?$skiptoken=x");
      seeds.add(collection.toString().replace("/auditLogs", "%2FauditLogs") + "?$skiptoken=x");
      seeds.add(collection + "?$skiptoken={{env:HOME}}");
      seeds.add(collection + "?$skiptoken=x#@evil.example/");
    }
    return seeds.stream().map(seed -> seed.getBytes(UTF_8)).toList();
  }

  @Override
  public int longest() {
    return 9_000;
  }
}
