package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.OptionalLong;

/** How long certificates are still valid; each file is read once a minute at most. */
final class Certificates {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final Cache<Path, OptionalLong> ends =
      Caffeine.newBuilder().maximumSize(2_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  /** Whole days until the last of a file's certificates ends; empty where none can be read. */
  OptionalLong daysLeft(Path file, long now) {
    OptionalLong end = ends.get(file, Certificates::end);
    return end.isEmpty() ? end : OptionalLong.of(Math.floorDiv(end.getAsLong() - now, DAY));
  }

  private static OptionalLong end(Path file) {
    try {
      return CredentialReader.certificates(file).stream()
          .map(X509Certificate::getNotAfter)
          .max(Comparator.naturalOrder())
          .map(end -> OptionalLong.of(end.getTime()))
          .orElse(OptionalLong.empty());
    } catch (CredentialException e) {
      return OptionalLong.empty();
    }
  }
}
