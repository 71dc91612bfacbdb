package io.entrarelay.graph;

import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection brought no answer, in plain words, and what to do about it.
 *
 * @param kind for decisions
 * @param cause names the host and port, no path and no query
 * @param remedy a sentence
 */
public record NetworkProblem(Kind kind, String cause, String remedy) {
  /** What went wrong, by where it has to be put right. */
  public enum Kind {
    UNKNOWN_HOST,
    REFUSED,
    TIMEOUT,
    TLS,
    PROXY,
    CLOSED,
    OTHER
  }

  private static final String REACH =
      " must be reachable from this machine: see to the firewall, or set relay.graph.proxy";

  /** Reads a failure and its causes; {@code target} is where the connection was to go. */
  public static NetworkProblem of(Throwable failure, URI target) {
    String peer = Cloud.host(target) + ":" + Cloud.port(target);
    for (Throwable at = failure; at != null; at = at.getCause()) {
      NetworkProblem found = ofOne(at, peer);
      if (found != null) {
        return found;
      }
    }
    return new NetworkProblem(
        Kind.OTHER,
        "the connection to " + peer + " failed (" + failure.getClass().getSimpleName() + ")",
        "It is tried again; if it stays, " + peer + REACH + ".");
  }

  private static @Nullable NetworkProblem ofOne(Throwable at, String peer) {
    if (at instanceof ProxyRefusedException refused) {
      String text = String.valueOf(refused.getMessage());
      int end = text.indexOf(". ");
      return new NetworkProblem(Kind.PROXY, text.substring(0, end), text.substring(end + 2));
    }
    if (at instanceof UnknownHostException) {
      String host = unknown(at, peer);
      return new NetworkProblem(
          Kind.UNKNOWN_HOST,
          "the name " + host + " can't be resolved",
          "Check this machine's DNS and the host's spelling; behind a proxy set relay.graph.proxy.");
    }
    if (at instanceof ConnectTimeoutException) {
      return new NetworkProblem(
          Kind.TIMEOUT, "no connection to " + peer + " came about in time", "It" + REACH + ".");
    }
    if (at instanceof SocketTimeoutException || at instanceof InterruptedIOException) {
      return new NetworkProblem(
          Kind.TIMEOUT,
          peer + " did not answer in time",
          "It is tried again; if it stays, look for a slow proxy or firewall in between.");
    }
    if (at instanceof ConnectException || at instanceof NoRouteToHostException) {
      return new NetworkProblem(
          Kind.REFUSED, "the connection to " + peer + " was refused", "It" + REACH + ".");
    }
    if (at instanceof SSLException) {
      return tls(at, peer);
    }
    if (at instanceof NoHttpResponseException
        || at instanceof ConnectionClosedException
        || at instanceof EOFException
        || at instanceof SocketException) {
      return new NetworkProblem(
          Kind.CLOSED,
          peer + " closed the connection before its answer was whole",
          "It is tried again; if it stays, look for a proxy or firewall that cuts connections.");
    }
    return null;
  }

  private static String unknown(Throwable at, String peer) {
    // The name that couldn't be resolved may be the proxy's.
    String message = at.getMessage() == null ? "" : at.getMessage();
    int end = message.indexOf(':');
    String host = end < 0 ? message : message.substring(0, end);
    return host.matches("[A-Za-z0-9.-]{1,253}") ? host : peer.substring(0, peer.lastIndexOf(':'));
  }

  private static NetworkProblem tls(Throwable failure, String peer) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String text = String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT);
      if (at instanceof CertificateExpiredException
          || at instanceof CertificateNotYetValidException) {
        return new NetworkProblem(
            Kind.TLS,
            "the certificate that " + peer + " shows is not valid at this machine's time",
            "Check this machine's clock; if it is right, the server's certificate must be renewed.");
      }
      if (at instanceof CertPathValidatorException || text.contains("pkix path building failed")) {
        if (text.contains("validity check failed") || text.contains("timestamp check failed")) {
          continue;
        }
        return new NetworkProblem(
            Kind.TLS,
            "the certificate that " + peer + " shows comes from an authority that isn't trusted",
            "If a company proxy inspects TLS, put its authority's certificate (PEM) into"
                + " relay.graph.ca-certificate; for a cloud: custom, into its ca-certificate.");
      }
      if (text.contains("no subject alternative")
          || text.contains("doesn't match any of the subject alternative names")
          || text.contains("no name matching")) {
        return new NetworkProblem(
            Kind.TLS,
            "the certificate that " + peer + " shows is for another host",
            "Check the endpoint's address, and that nothing answers in its place.");
      }
    }
    return new NetworkProblem(
        Kind.TLS,
        "no TLS connection to " + peer + " came about",
        "It must speak TLS 1.2 or newer; check that the port is https and nothing answers in its"
            + " place.");
  }

  /** Cause and remedy as sentences of one line. */
  public String text() {
    return cause + ". " + remedy;
  }
}
