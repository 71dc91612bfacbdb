package io.entrarelay.simulator;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** An application as its owner registered it. */
final class Registration {
  /** As many as Entra takes. */
  private static final int MOST_REDIRECT_URIS = 256;

  private final String clientId;
  private final String displayName;
  private final boolean multiTenant;
  private final Set<String> redirectUris = new ConcurrentSkipListSet<>();
  private volatile X509Certificate certificate;
  private volatile List<String> permissions = TokenEndpoint.ROLES;

  /**
   * @param multiTenant whether other tenants than its own may consent to it
   */
  Registration(
      String clientId, String displayName, boolean multiTenant, X509Certificate certificate) {
    this.clientId = clientId;
    this.displayName = displayName;
    this.multiTenant = multiTenant;
    this.certificate = certificate;
  }

  String clientId() {
    return clientId;
  }

  String displayName() {
    return displayName;
  }

  boolean multiTenant() {
    return multiTenant;
  }

  X509Certificate certificate() {
    return certificate;
  }

  void certificate(X509Certificate value) {
    certificate = value;
  }

  /** Graph's application permissions that it asks for. */
  List<String> permissions() {
    return permissions;
  }

  void permissions(List<String> value) {
    permissions = List.copyOf(value);
  }

  Set<String> redirectUris() {
    return redirectUris;
  }

  void addRedirectUri(String uri) {
    checkRedirectUri(uri);
    if (redirectUris.size() >= MOST_REDIRECT_URIS) {
      throw new IllegalArgumentException(
          "An application has at most " + MOST_REDIRECT_URIS + " redirect URIs.");
    }
    redirectUris.add(uri);
  }

  /**
   * Whether Entra would register it.
   *
   * @throws IllegalArgumentException saying what it should be
   */
  static void checkRedirectUri(String uri) {
    URI parsed = URI.create(uri);
    boolean secure = "https".equals(parsed.getScheme());
    if (parsed.getHost() == null
        || parsed.getFragment() != null
        || !(secure || "http".equals(parsed.getScheme()) && isLoopback(parsed))) {
      throw new IllegalArgumentException(
          "A redirect URI is https, or http to this machine, and has no fragment; not "
              + uri
              + ".");
    }
  }

  /**
   * Whether an answer may go there: exactly as registered, but for the port of http to this
   * machine, which Entra doesn't look at.
   */
  boolean mayRedirectTo(String uri) {
    if (redirectUris.contains(uri)) {
      return true;
    }
    URI parsed;
    try {
      parsed = URI.create(uri);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (!"http".equals(parsed.getScheme()) || !isLoopback(parsed) || parsed.getUserInfo() != null) {
      return false;
    }
    String withoutPort = withoutPort(uri, parsed);
    return redirectUris.stream()
        .anyMatch(
            registered -> withoutPort.equals(withoutPort(registered, URI.create(registered))));
  }

  private static boolean isLoopback(URI uri) {
    return "localhost".equals(uri.getHost()) || "127.0.0.1".equals(uri.getHost());
  }

  private static String withoutPort(String text, URI uri) {
    return uri.getPort() < 0 ? text : text.replaceFirst(":" + uri.getPort() + "(?=[/?]|$)", "");
  }
}
