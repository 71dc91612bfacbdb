package io.entrarelay.console;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.credential.ClientCertificate;
import io.entrarelay.credential.CredentialException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * The certificate that the console shows, from PEM files; when they are replaced the new one is
 * shown from the next connection on, and while they can't be used the one before.
 */
final class ServerCertificate implements AutoCloseable {
  /** Under this name the web server knows it. */
  static final String BUNDLE = "console";

  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final char[] NO_PASSWORD = {};
  private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);

  private final Path certificate;
  private final Path privateKey;
  private final DefaultSslBundleRegistry bundles;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "console-certificate");
            thread.setDaemon(true);
            return thread;
          });
  private ClientCertificate shown;
  private String said = "";

  /**
   * @param bundles where the web server finds it
   */
  private ServerCertificate(Path certificate, Path privateKey, DefaultSslBundleRegistry bundles) {
    this.certificate = certificate;
    this.privateKey = privateKey;
    this.bundles = bundles;
    this.shown = read(certificate, privateKey);
    bundles.registerBundle(BUNDLE, bundle(shown));
    timer.scheduleWithFixedDelay(
        this::refresh, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The console's; null where it speaks plain HTTP. */
  static @Nullable ServerCertificate of(
      RelaySettings.Console settings, DefaultSslBundleRegistry bundles) {
    Path certificate = settings.certificate();
    return certificate == null
        ? null
        : new ServerCertificate(
            certificate, Objects.requireNonNull(settings.privateKey()), bundles);
  }

  /**
   * Looks whether the files can be used.
   *
   * @throws ConsoleException where they can't
   */
  static void check(RelaySettings.Console settings) {
    Path certificate = settings.certificate();
    if (certificate != null) {
      read(certificate, Objects.requireNonNull(settings.privateKey()));
    }
  }

  private static ClientCertificate read(Path certificate, Path privateKey) {
    try {
      return ClientCertificate.read(certificate, privateKey);
    } catch (CredentialException e) {
      throw new ConsoleException(
          "relay.console.certificate and private-key: "
              + e.path()
              + ": "
              + e.reason()
              + ". Name PEM files of a certificate for the console's address and of its key.",
          e);
    }
  }

  private static SslBundle bundle(ClientCertificate certificate) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setKeyEntry(
          BUNDLE,
          certificate.privateKey(),
          NO_PASSWORD,
          certificate.chain().toArray(X509Certificate[]::new));
      return SslBundle.of(SslStoreBundle.of(store, "", null));
    } catch (GeneralSecurityException | IOException e) {
      throw new ConsoleException(
          "The console's certificate can't be used for TLS (" + e.getMessage() + ").", e);
    }
  }

  /** Takes up files that were replaced; looked at every two seconds. */
  synchronized void refresh() {
    try {
      ClientCertificate now = read(certificate, privateKey);
      if (!now.equals(shown)) {
        bundles.updateBundle(BUNDLE, bundle(now));
        shown = now;
        LOG.info(
            "the console shows a new certificate, valid until {}",
            now.chain().get(0).getNotAfter().toInstant());
      }
      said = "";
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.equals(said)) { // while files are replaced, once is enough
        said = message;
        LOG.error("{} Until then the certificate of before is shown", message);
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
