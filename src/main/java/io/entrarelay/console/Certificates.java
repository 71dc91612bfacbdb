package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialSource;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.credential.CredentialSource.Sealed;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** How long certificates are still valid; each file is read once a minute at most. */
final class Certificates {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final Cache<CredentialSource, OptionalLong> ends =
      Caffeine.newBuilder().maximumSize(2_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  /**
   * Whole days until the last of an integration's certificates ends; empty where none can be read.
   */
  OptionalLong daysLeft(CredentialSource source, long now) {
    OptionalLong end = ends.get(source, Certificates::end);
    return end.isEmpty() ? end : OptionalLong.of(Math.floorDiv(end.getAsLong() - now, DAY));
  }

  private static OptionalLong end(CredentialSource source) {
    try {
      List<X509Certificate> certificates =
          source instanceof PemFiles files
              ? CredentialReader.certificates(files.certificate())
              : CredentialReader.certificates(((Sealed) source).certificate());
      return certificates.stream()
          .map(X509Certificate::getNotAfter)
          .max(Comparator.naturalOrder())
          .map(end -> OptionalLong.of(end.getTime()))
          .orElse(OptionalLong.empty());
    } catch (CredentialException e) {
      return OptionalLong.empty();
    }
  }
}
