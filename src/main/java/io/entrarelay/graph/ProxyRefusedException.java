package io.entrarelay.graph;

import java.io.IOException;

/**
 * The proxy answered in the server's place: it wants other credentials, or doesn't let the host
 * through. Kept apart from what Graph says, since a proxy's 403 or 503 means something else.
 */
public final class ProxyRefusedException extends IOException {
  private static final long serialVersionUID = 1L;
  private final int status;

  ProxyRefusedException(OutboundProxy proxy, String target, int status) {
    super(
        status == 407
            ? (proxy.user() == null
                    ? "the proxy " + proxy + " asks for a user and password (407)."
                    : "the proxy " + proxy + " refuses this user and password (407).")
                + " Set relay.graph.proxy to http://user:password@"
                + proxy.host()
                + ":"
                + proxy.port()
                + "; only Basic authentication is supported."
            : "the proxy "
                + proxy
                + " doesn't let connections to "
                + target
                + " through ("
                + status
                + "). Have it allow CONNECT to this host and port.");
    this.status = status;
  }

  /** The proxy's HTTP status. */
  public int status() {
    return status;
  }
}
