package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialSource;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.credential.CredentialSource.Sealed;
import io.entrarelay.credential.Thumbprint;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What there is to say of certificates; each file is read once a minute at most. */
final class Certificates {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final Cache<CredentialSource, Optional<Shown>> shown =
      Caffeine.newBuilder().maximumSize(2_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  /**
   * What people compare with what Entra's portal shows.
   *
   * @param thumbprint as {@link Thumbprint#sha1}
   * @param end epoch milliseconds
   */
  record Shown(String thumbprint, long end) {
    static Shown of(X509Certificate certificate) {
      return new Shown(Thumbprint.sha1(certificate), certificate.getNotAfter().getTime());
    }
  }

  /** The last of an integration's certificates to end; empty where none can be read. */
  Optional<Shown> of(CredentialSource source) {
    return shown.get(source, Certificates::read);
  }

  /**
   * Whole days until the last of an integration's certificates ends; empty where none can be read.
   */
  OptionalLong daysLeft(CredentialSource source, long now) {
    Optional<Shown> certificate = of(source);
    return certificate.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.floorDiv(certificate.get().end() - now, DAY));
  }

  private static Optional<Shown> read(CredentialSource source) {
    try {
      List<X509Certificate> certificates =
          source instanceof PemFiles files
              ? CredentialReader.certificates(files.certificate())
              : CredentialReader.certificates(((Sealed) source).certificate());
      return certificates.stream()
          .max(Comparator.comparing(X509Certificate::getNotAfter))
          .map(Shown::of);
    } catch (CredentialException e) {
      return Optional.empty();
    }
  }
}
