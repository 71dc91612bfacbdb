package io.entrarelay.graph;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One Microsoft cloud, by the two hosts that a token and a page come from.
 *
 * @param name the {@code cloud:} value of an integration file
 * @param authority scheme, host and port of the token endpoint, without a path
 * @param graph scheme, host and port of Microsoft Graph, without a path
 * @see <a href="https://learn.microsoft.com/graph/deployments">National cloud deployments</a>
 */
public record Cloud(String name, URI authority, URI graph) {
  /** The name of a cloud whose endpoints the integration file gives itself. */
  public static final String CUSTOM = "custom";

  private static final List<Cloud> REAL =
      List.of(
          of("global", "https://login.microsoftonline.com", "https://graph.microsoft.com"),
          of("us-gov", "https://login.microsoftonline.us", "https://graph.microsoft.us"),
          of("us-gov-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
          of("china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"));

  private static Cloud of(String name, String authority, String graph) {
    return new Cloud(name, URI.create(authority), URI.create(graph));
  }

  /** One of Microsoft's clouds by its name in an integration file, empty for any other name. */
  public static Optional<Cloud> named(String name) {
    return REAL.stream().filter(cloud -> cloud.name.equals(name)).findFirst();
  }

  /** The names of Microsoft's clouds, the usual one first. */
  public static List<String> names() {
    return REAL.stream().map(Cloud::name).toList();
  }

  /**
   * A cloud at endpoints of the operator's own: a simulator, or a gateway in front of Microsoft.
   */
  public static Cloud custom(URI authority, URI graph) {
    return new Cloud(CUSTOM, authority, graph);
  }

  /** The token scope of Graph's application permissions in this cloud. */
  public String scope() {
    return graph + "/.default";
  }

  /**
   * Whether a URI is plain http to this machine itself, which only the built-in simulator serves. A
   * token may travel there without TLS, and nowhere else.
   */
  static boolean isPlainLoopback(URI uri) {
    return "http".equalsIgnoreCase(uri.getScheme())
        && ("127.0.0.1".equals(uri.getHost()) || "localhost".equalsIgnoreCase(uri.getHost()));
  }

  /** The port of a URI, or its scheme's own. */
  static int port(URI uri) {
    if (uri.getPort() != -1) {
      return uri.getPort();
    }
    return "http".equalsIgnoreCase(uri.getScheme()) ? 80 : 443;
  }

  /** The host of a URI in lower case, empty where it has none. */
  static String host(URI uri) {
    return uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
  }
}
