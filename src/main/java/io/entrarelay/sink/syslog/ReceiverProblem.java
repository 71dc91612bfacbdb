package io.entrarelay.sink.syslog;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Why a receiver doesn't take messages, in plain words, and what to do about it. */
final class ReceiverProblem {
  private ReceiverProblem() {}

  /** Cause and remedy, on one line, without a full stop. */
  static String text(IOException failure, Receiver receiver) {
    String peer = "the syslog receiver " + receiver;
    if (failure instanceof UnknownHostException) {
      return "the name "
          + receiver.host()
          + " of the syslog receiver can't be resolved. Check relay.sinks.syslog.host and this"
          + " machine's DNS";
    }
    if (failure instanceof NoEndException noEnd) {
      return peer
          + " did not end the connection within "
          + noEnd.seconds()
          + " s after this side had, so nobody knows what it has read. If it is overloaded, relieve"
          + " it; if something before it keeps connections open (a load balancer), set"
          + " relay.sinks.syslog.confirm: false and read in the README what that gives up";
    }
    if (failure instanceof SocketTimeoutException) {
      return peer
          + " did not answer or read in time. Check that it runs and isn't overloaded, and the"
          + " firewall in between";
    }
    if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
      return peer
          + " can't be reached ("
          + failure.getMessage()
          + "). Check that it runs and listens there, relay.sinks.syslog.port, and the firewall in"
          + " between";
    }
    if (failure instanceof SSLException) {
      return tls((SSLException) failure, receiver, peer);
    }
    return peer
        + (failure instanceof EOFException ? " ended the connection" : " broke the connection off")
        + ": what it had not confirmed is sent again. If it stays so, see its own log"
        + (receiver.tls() == null
            ? "; where it speaks TLS, set relay.sinks.syslog.protocol: tls"
            : "; it may refuse this side's certificate or ask for one:"
                + " relay.sinks.syslog.certificate and private-key");
  }

  private static String tls(SSLException failure, Receiver receiver, String peer) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String text = String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT);
      if (at instanceof CertificateExpiredException
          || at instanceof CertificateNotYetValidException) {
        return "the certificate that "
            + peer
            + " shows is not valid at this machine's time. Check this machine's clock; if it is"
            + " right, the receiver's certificate must be renewed";
      }
      if (text.contains("no subject alternative")
          || text.contains("subject alternative dns name")
          || text.contains("no name matching")) {
        return "the certificate that "
            + peer
            + " shows is not for the name "
            + receiver.host()
            + ". Set relay.sinks.syslog.host to a name that is in the certificate, or have one"
            + " issued that names it";
      }
      if (at instanceof CertPathBuilderException || at instanceof CertPathValidatorException) {
        if (at.getCause() == null) {
          return "the certificate that "
              + peer
              + " shows comes from an authority that isn't trusted. Put that authority's"
              + " certificate (PEM) into relay.sinks.syslog.ca-certificate";
        }
        continue;
      }
      if (text.contains("certificate_required")
          || text.contains("bad_certificate")
          || text.contains("unknown_ca")
          || text.contains("certificate_unknown")
          || text.contains("certificate_expired")
          || text.contains("certificate_revoked")
          || text.contains("access_denied")) {
        return peer
            + " refuses this side's certificate, or asks for one ("
            + at.getMessage()
            + "). Set relay.sinks.syslog.certificate and private-key to what its administrator"
            + " issued";
      }
    }
    return "no TLS connection to "
        + peer
        + " came about ("
        + failure.getMessage()
        + "). It must speak TLS 1.2 or newer there; if it asks for a client certificate, set"
        + " relay.sinks.syslog.certificate and private-key";
  }
}
