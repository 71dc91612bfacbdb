package io.entrarelay.graph;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom outbound TLS connections trust: the JDK's authorities and the company's own ({@code
 * relay.graph.ca-certificate}) for every host, and an integration's own ({@code
 * endpoints.ca-certificate}) for the host and port of its two endpoints only. Safe for concurrent
 * use; files are read again when they change.
 */
public final class Trust {
  /** A host in lower case and its port. */
  private record Peer(String host, int port) {
    static Peer of(URI uri) {
      return new Peer(Cloud.host(uri), Cloud.port(uri));
    }
  }

  private record Extra(Set<Peer> peers, CaFile file) {}

  private record Built(List<X509Certificate> added, X509ExtendedTrustManager manager) {}

  private final List<X509Certificate> jdk;
  private final @Nullable CaFile everywhere;
  private final Map<String, Extra> extras = new ConcurrentHashMap<>();
  private final Map<Peer, Built> built = new ConcurrentHashMap<>();
  private final SSLContext context;

  /**
   * @param caCertificate a PEM bundle to trust for every host besides the JDK's authorities
   * @throws TrustException when the file can't be read or holds no certificate
   */
  public Trust(@Nullable Path caCertificate) throws TrustException {
    this.everywhere = caCertificate == null ? null : new CaFile(caCertificate);
    try {
      this.jdk = Arrays.asList(manager(null).getAcceptedIssuers());
      this.context = SSLContext.getInstance("TLS");
      this.context.init(null, new TrustManager[] {new ByPeer()}, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's own certificate authorities can't be read", e);
    }
  }

  /** The context of every outbound connection; it follows later calls to {@link #add}. */
  public SSLContext sslContext() {
    return context;
  }

  /**
   * Trusts an integration's own authorities for its cloud's two endpoints, and for no other host or
   * port. Replaces what the integration had before.
   *
   * @throws TrustException when the file can't be read or holds no certificate
   */
  public void add(String integration, Cloud cloud, Path caCertificate) throws TrustException {
    extras.put(
        integration,
        new Extra(
            new HashSet<>(List.of(Peer.of(cloud.authority()), Peer.of(cloud.graph()))),
            new CaFile(caCertificate)));
    built.clear();
  }

  /** Forgets an integration's own authorities. */
  public void remove(String integration) {
    extras.remove(integration);
    built.clear();
  }

  private X509ExtendedTrustManager managerFor(Peer peer) throws CertificateException {
    List<X509Certificate> added = new ArrayList<>();
    if (everywhere != null) {
      added.addAll(everywhere.certificates());
    }
    for (Extra extra : extras.values()) {
      if (extra.peers.contains(peer)) {
        added.addAll(extra.file.certificates());
      }
    }
    Built known = built.get(peer);
    if (known != null && known.added.equals(added)) {
      return known.manager;
    }
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (X509Certificate authority : jdk) {
        store.setCertificateEntry("jdk-" + number++, authority);
      }
      for (X509Certificate authority : added) {
        store.setCertificateEntry("own-" + number++, authority);
      }
      X509ExtendedTrustManager manager = manager(store);
      built.put(peer, new Built(added, manager));
      return manager;
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("the trusted authorities can't be put together", e);
    }
  }

  private static X509ExtendedTrustManager manager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("no X.509 trust manager");
  }

  /** Chooses the authorities by the peer that the connection was opened to. */
  private final class ByPeer extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      SSLSession session = ((SSLSocket) socket).getHandshakeSession();
      managerFor(peer(session)).checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      managerFor(peer(engine.getHandshakeSession())).checkServerTrusted(chain, authType, engine);
    }

    private Peer peer(SSLSession session) {
      String host = session.getPeerHost();
      return new Peer(host == null ? "" : host.toLowerCase(Locale.ROOT), session.getPeerPort());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("the peer of the connection is not known");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("outbound connections only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return jdk.toArray(X509Certificate[]::new);
    }
  }
}
