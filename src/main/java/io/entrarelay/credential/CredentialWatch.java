package io.entrarelay.credential;

import io.entrarelay.credential.CredentialReader.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credential of one integration, as its source has it at the last {@link #refresh()}: a changed
 * file is taken up, a broken replacement leaves the credential that was there. Safe for many
 * threads; {@link #current()} never touches a file.
 */
public final class CredentialWatch {
  /** How long key and certificate may disagree while one of them has been replaced. */
  public static final Duration REPLACING = Duration.ofMinutes(1);

  /** How often the files are read though they look the same: a certificate may have ended. */
  private static final Duration AT_LEAST_EVERY = Duration.ofHours(1);

  /** A change this soon after reading may not show in the time of change: file systems tick. */
  private static final Duration TICK = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(CredentialWatch.class);

  private final String integration;
  private final CredentialSource source;
  private final CredentialReader reader;
  private final Clock clock;

  private volatile State state = new State(null, null);

  // guarded by this
  private List<Map<String, Object>> stamp = List.of();
  private Instant stampSince = Instant.MIN;
  private Instant read = Instant.MIN;
  private boolean replacing;
  private String logged = "";

  private record State(@Nullable Loaded loaded, @Nullable CredentialException problem) {}

  /**
   * Reads the files for the first time; if they can't be used, {@link #problem()} says why, and a
   * later refresh takes up better ones.
   *
   * @param integration the name, for the log
   * @param clock the same as the reader's
   */
  public CredentialWatch(
      String integration, CredentialSource source, CredentialReader reader, Clock clock) {
    this.integration = integration;
    this.source = source;
    this.reader = reader;
    this.clock = clock;
    refresh();
  }

  /**
   * The last credential that could be used. The same object as long as key and certificate are the
   * same, so that a change can be told by identity.
   *
   * @throws CredentialException if there has been none since the start
   */
  public Credential current() throws CredentialException {
    State now = state;
    if (now.loaded() != null) {
      return now.loaded().credential();
    }
    if (now.problem() != null) {
      throw new CredentialException(
          now.problem().code(),
          now.problem().path(),
          now.problem().reason(),
          now.problem().remedy());
    }
    throw new IllegalStateException("the constructor reads the files");
  }

  /** Why the files as they are now can't be used; the credential before them stays in use. */
  public Optional<CredentialException> problem() {
    return Optional.ofNullable(state.problem());
  }

  /** What deserves attention about {@link #current()}, as of the last reading. */
  public List<String> notes() {
    Loaded loaded = state.loaded();
    return loaded == null ? List.of() : loaded.notes();
  }

  /**
   * Looks whether the files have changed (a few microseconds if not) and reads them if so, if they
   * had a problem, and once an hour.
   *
   * @return whether {@link #current()} is now another credential
   */
  public synchronized boolean refresh() {
    Instant now = clock.instant();
    // before reading: a change during reading then shows the next time
    List<Map<String, Object>> found = stamp();
    boolean changed = !found.equals(stamp);
    if (changed) {
      stamp = found;
      stampSince = now;
    } else if (state.problem() == null
        && !replacing
        && !read.isBefore(stampSince.plus(TICK))
        && now.isBefore(read.plus(AT_LEAST_EVERY))) {
      return false;
    }
    read = now;
    replacing = false;
    try {
      return taken(reader.read(source));
    } catch (CredentialException refused) {
      refused(refused, now);
      return false;
    }
  }

  private boolean taken(Loaded found) {
    State before = state;
    Loaded held = before.loaded();
    boolean same = held != null && same(held.credential(), found.credential());
    Loaded loaded = held != null && same ? new Loaded(held.credential(), found.notes()) : found;
    state = new State(loaded, null);
    if (!same) {
      LOG.info(
          "{}: using the certificate {}, thumbprint {}, valid until {}",
          integration,
          Subject.text(loaded.credential().certificate().getSubjectX500Principal()),
          Thumbprint.sha1(loaded.credential().certificate()),
          loaded.credential().certificate().getNotAfter().toInstant());
    } else if (before.problem() != null) {
      LOG.info("{}: the credential's files are in order again", integration);
    }
    logged = "";
    if (held == null || !held.notes().equals(loaded.notes())) {
      loaded.notes().forEach(note -> LOG.warn("{}: {}", integration, note));
    }
    return !same;
  }

  private void refused(CredentialException refused, Instant now) {
    Loaded loaded = state.loaded();
    if (loaded != null
        && refused.code() == Refusal.MISMATCH
        && now.isBefore(stampSince.plus(REPLACING))) {
      replacing = true; // one of two files is there, the other on its way
      return;
    }
    state = new State(loaded, refused);
    String line = refused.code() + " " + refused.path() + " " + stamp;
    if (!line.equals(logged)) {
      logged = line;
      LOG.warn(
          "{}: {}{}",
          integration,
          loaded == null ? "" : "still using the credential read before: ",
          refused.getMessage());
    }
  }

  private static boolean same(Credential one, Credential other) {
    return one.certificate().equals(other.certificate())
        && one.privateKey().getModulus().equals(other.privateKey().getModulus());
  }

  /** What is kept in the store changes with its integration, which then gets another watch. */
  private List<Map<String, Object>> stamp() {
    return source instanceof CredentialSource.PemFiles files
        ? List.of(stamp(files.certificate()), stamp(files.privateKey()))
        : List.of(Map.of());
  }

  /** What changes when a file does, behind any links; the change time shows a kept mtime. */
  private static Map<String, Object> stamp(Path file) {
    try {
      try {
        return new TreeMap<>(
            Files.readAttributes(file, "unix:lastModifiedTime,size,fileKey,ctime"));
      } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
        return new TreeMap<>(Files.readAttributes(file, "lastModifiedTime,size"));
      }
    } catch (IOException unreadable) {
      return Map.of();
    }
  }
}
