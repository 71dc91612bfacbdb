package io.entrarelay.tls;

import io.entrarelay.credential.ClientCertificate;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.graph.CaFile;
import io.entrarelay.graph.TrustException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of an outbound TLS connection, read again for each: one that was replaced counts
 * from the next connection on. While they say the same, connections share their context, so that
 * sessions are resumed. Safe for several threads.
 */
public final class TlsFiles {
  private record Content(
      List<X509Certificate> authorities, @Nullable ClientCertificate certificate) {}

  private final @Nullable Path authority;
  private final @Nullable Path certificate;
  private final @Nullable Path privateKey;
  private @Nullable Content content;
  private @Nullable SSLContext context;

  /**
   * @param authority the authorities that are trusted, and no others; null for the JDK's
   * @param certificate this side's certificate; null where it shows none
   * @param privateKey its key, null with the certificate; may be the same file
   */
  public TlsFiles(@Nullable Path authority, @Nullable Path certificate, @Nullable Path privateKey) {
    this.authority = authority;
    this.certificate = certificate;
    this.privateKey = privateKey;
  }

  /**
   * The context for a connection that is opened now.
   *
   * @throws TlsException where a file can't be used
   */
  public synchronized SSLContext context() throws TlsException {
    Content now = read();
    SSLContext known = context;
    if (known != null && now.equals(content)) {
      return known;
    }
    SSLContext made = make(now);
    content = now;
    context = made;
    return made;
  }

  private Content read() throws TlsException {
    try {
      return new Content(
          authority == null ? List.of() : new CaFile(authority).certificates(),
          certificate == null
              ? null
              : ClientCertificate.read(certificate, Objects.requireNonNull(privateKey)));
    } catch (TrustException e) {
      throw new TlsException(String.valueOf(e.getMessage()).replaceAll("\\.$", ""));
    } catch (CredentialException e) {
      throw new TlsException(
          e.path()
              + ": "
              + e.reason()
              + ". Put the PEM files there that the receiver's administrator issued");
    }
  }

  private static SSLContext make(Content content) throws TlsException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(content.certificate), trust(content.authorities), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException("the certificates can't be used for TLS (" + e.getMessage() + ")");
    }
  }

  private static KeyManager @Nullable [] keys(@Nullable ClientCertificate certificate)
      throws GeneralSecurityException, IOException {
    if (certificate == null) {
      return null;
    }
    KeyStore store = empty();
    store.setKeyEntry(
        "own",
        certificate.privateKey(),
        new char[0],
        certificate.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trust(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    if (authorities.isEmpty()) {
      return null;
    }
    KeyStore store = empty();
    for (X509Certificate each : authorities) {
      store.setCertificateEntry("authority-" + store.size(), each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }
}
