package io.entrarelay.graph;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP proxy between this machine and Microsoft ({@code relay.graph.proxy}). Connections to
 * https hosts pass through it by CONNECT (RFC 9110 section 9.3.6), so it sees no token.
 *
 * @param port 1 to 65535
 * @param user the user of the proxy's Basic authentication, null when it asks for none
 * @param password the user's password, may be empty; never printed
 */
public record OutboundProxy(
    String host, int port, @Nullable String user, @Nullable String password) {

  /**
   * Reads {@code http://proxy:3128} or {@code http://user:password@proxy:3128}; characters such as
   * {@code @ : /} in user and password are percent-encoded.
   *
   * @throws IllegalArgumentException with the cause and the remedy, without user and password
   */
  public static OutboundProxy parse(String text) {
    String form =
        "Write it as http://proxy.example:3128 or http://user:password@proxy.example:3128";
    URI uri;
    try {
      uri = new URI(text.strip());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the proxy's address is no URL. "
              + form
              + ", with @ : / and blanks in user and password percent-encoded (%40 %3A %2F %20).");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http")) {
      // The scheme isn't quoted: of "user:password@proxy:3128" it would be the user.
      throw new IllegalArgumentException(
          "the proxy's address doesn't begin with http:// (a proxy that is itself reached by https"
              + " or SOCKS is not supported). "
              + form
              + ".");
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException(
          "the proxy's address names no host, or its user or password holds a character that must"
              + " be percent-encoded (@ is %40, : is %3A, / is %2F). "
              + form
              + ".");
    }
    if (uri.getPort() < 1 || uri.getPort() > 65535) {
      throw new IllegalArgumentException("the proxy's address names no port. " + form + ".");
    }
    boolean rest = uri.getRawPath() != null && !uri.getRawPath().matches("/?");
    if (rest || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the proxy's address goes on after the port. " + form + ".");
    }
    String userInfo = uri.getRawUserInfo();
    if (userInfo == null || userInfo.isEmpty()) {
      return new OutboundProxy(uri.getHost(), uri.getPort(), null, null);
    }
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    return new OutboundProxy(uri.getHost(), uri.getPort(), decode(user), decode(password));
  }

  private static String decode(String text) {
    // URLDecoder is for forms, where + is a blank; in a URL's user information it is itself.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Host and port, and whether there is a user: never the user's name or password. */
  @Override
  public String toString() {
    return "http://" + (user == null ? "" : "***@") + host + ":" + port;
  }
}
