package io.entrarelay.config;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The integrations of {@code config/integrations/}, and those that are kept elsewhere, up to date
 * by {@link #refresh()}, which is cheap enough to be called every second.
 *
 * <ul>
 *   <li>A file that can't be read as an integration hinders no other. If it could be read before,
 *       its last good version goes on: an editor may be halfway through writing it.
 *   <li>Two files with the same tenant and client would collect everything twice. The one that
 *       already runs goes on; at the start neither does, since nobody can tell which is meant.
 *   <li>Files are the truth: where one says the same name, or the same tenant and client, as an
 *       integration that is kept elsewhere, the file counts.
 *   <li>Only {@code *.yaml} counts; names that begin with a dot are editors' own.
 * </ul>
 */
public final class IntegrationDirectory {
  /**
   * A file that is younger than this when it is read is read again the next time: within one tick
   * of the file system's clock it could change without a new time of change.
   */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /** What happened to an integration. */
  public enum Kind {
    ADDED,
    /** Some key is another; the name is the same. */
    CHANGED,
    /** The same tenant and client under another name; other keys may have changed, too. */
    RENAMED,
    REMOVED
  }

  /**
   * One change.
   *
   * @param integration as it is now; as it was, when removed
   * @param previous as it was; null when added
   */
  public record Change(Kind kind, Integration integration, @Nullable Integration previous) {}

  /**
   * What a look at the directory brought.
   *
   * @param changes removals first, then by name
   * @param newProblems problems that the look before did not find
   */
  public record Refresh(List<Change> changes, List<Problem> newProblems) {}

  /** What makes two looks at a file the same. */
  private record Stamp(FileTime modified, long size, @Nullable Object inode) {}

  /**
   * A file at the last look.
   *
   * @param stamp null when the file has to be read again
   * @param integration its last good version
   */
  private record Known(
      @Nullable Stamp stamp, @Nullable Integration integration, List<Problem> problems) {}

  /** Integrations that are in no file. */
  @FunctionalInterface
  public interface Kept {
    /** None. */
    Kept NONE = problems -> List.of();

    /**
     * Those that there are now.
     *
     * @param problems takes what is wrong with others
     */
    List<Integration> look(Consumer<Problem> problems);
  }

  private record Pair(String tenantId, String clientId) {
    static Pair of(Integration integration) {
      return new Pair(integration.tenantId(), integration.clientId());
    }
  }

  private final Path directory;
  private final IntegrationReader reader;
  private final Kept kept;
  private final Clock clock;
  private Map<Path, Known> files = new TreeMap<>();
  private Map<String, Integration> running = new TreeMap<>();
  private List<Problem> problems = List.of();
  private boolean found;

  /**
   * @param kept those that are in no file
   */
  public IntegrationDirectory(Path directory, IntegrationReader reader, Kept kept) {
    this(directory, reader, kept, Clock.systemUTC());
  }

  /**
   * @param clock the one that the file system's times come from
   */
  IntegrationDirectory(Path directory, IntegrationReader reader, Kept kept, Clock clock) {
    this.directory = directory;
    this.reader = reader;
    this.kept = kept;
    this.clock = clock;
  }

  /** The integrations by name, as the last {@link #refresh()} left them. */
  public synchronized List<Integration> integrations() {
    return List.copyOf(running.values());
  }

  /** What is wrong now, by file and line. */
  public synchronized List<Problem> problems() {
    return problems;
  }

  /** Looks at the directory. A file that is unchanged is not opened. */
  public synchronized Refresh refresh() {
    Set<Problem> now = new LinkedHashSet<>();
    try {
      files = look();
      found = true;
    } catch (NoSuchFileException e) {
      // Before anything was there, a missing directory is a start without integrations.
      if (found) {
        now.add(gone("is gone; the integrations go on as they were", "Bring it back"));
      }
    } catch (IOException e) {
      now.add(
          gone(
              "can't be read; the integrations go on as they were",
              "Check that it is a directory and who may read it: ls -ld " + directory));
    }
    files.values().forEach(file -> now.addAll(file.problems()));
    Map<String, Integration> next = withoutTwins(now);
    addKept(next, now);
    List<Change> changes = changes(running, next);
    running = next;

    List<Problem> newProblems =
        now.stream().filter(problem -> !problems.contains(problem)).toList();
    problems = List.copyOf(now);
    return new Refresh(changes, newProblems);
  }

  private Problem gone(String cause, String remedy) {
    return new Problem(directory.toString(), 0, "", cause, remedy);
  }

  private Map<Path, Known> look() throws IOException {
    Map<Path, Known> looked = new TreeMap<>();
    try (DirectoryStream<Path> paths =
        Files.newDirectoryStream(directory, IntegrationDirectory::isIntegration)) {
      for (Path path : paths) {
        Known known = look(path, files.get(path));
        if (known != null) {
          looked.put(path, known);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return looked;
  }

  private static boolean isIntegration(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
  }

  /** Null when there is no such file. */
  private @Nullable Known look(Path path, @Nullable Known before) {
    Stamp stamp = null;
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        return null;
      }
      FileTime modified = attributes.lastModifiedTime();
      if (modified.toInstant().plus(SETTLED).isBefore(clock.instant())) {
        stamp = new Stamp(modified, attributes.size(), attributes.fileKey());
      }
      if (before != null && stamp != null && stamp.equals(before.stamp())) {
        return before;
      }
    } catch (NoSuchFileException e) {
      if (!Files.isSymbolicLink(path)) {
        return null;
      }
      // A link to nothing: reading it says so.
    } catch (IOException e) {
      // Reading it says what is wrong.
    }
    try {
      return new Known(stamp, reader.read(path), List.of());
    } catch (ConfigurationException e) {
      return new Known(stamp, before == null ? null : before.integration(), e.problems());
    }
  }

  private Map<String, Integration> withoutTwins(Set<Problem> found) {
    Map<Pair, List<Path>> byPair =
        files.keySet().stream()
            .filter(path -> integration(path) != null)
            .collect(
                Collectors.groupingBy(path -> Pair.of(Objects.requireNonNull(integration(path)))));
    Map<String, Integration> next = new TreeMap<>();
    byPair.forEach(
        (pair, paths) -> {
          Path chosen = paths.size() == 1 ? paths.get(0) : alreadyRunning(pair, paths);
          for (Path path : paths) {
            if (path.equals(chosen)) {
              Integration integration = Objects.requireNonNull(integration(path));
              next.put(integration.name(), integration);
            } else {
              found.add(twin(path, paths, chosen));
            }
          }
        });
    return next;
  }

  /** Adds what is in no file; where a file says the same, the file is what counts. */
  private void addKept(Map<String, Integration> next, Set<Problem> found) {
    Map<Pair, String> pairs = new HashMap<>();
    next.values().forEach(each -> pairs.put(Pair.of(each), each.name()));
    for (Integration integration : kept.look(found::add)) {
      String twin = pairs.get(Pair.of(integration));
      if (twin != null || next.containsKey(integration.name())) {
        found.add(
            new Problem(
                integration.name(),
                0,
                twin == null ? "name" : "tenant-id, client-id",
                (twin == null ? "is that of a file" : "are those of " + twin + "'s file")
                    + ", which is collected; the one that was added in the console is not",
                "Remove one of the two"));
      } else {
        next.put(integration.name(), integration);
        pairs.put(Pair.of(integration), integration.name());
      }
    }
  }

  private @Nullable Integration integration(Path path) {
    Known known = files.get(path);
    return known == null ? null : known.integration();
  }

  private @Nullable Path alreadyRunning(Pair pair, Collection<Path> paths) {
    for (Path path : paths) {
      Integration integration = Objects.requireNonNull(integration(path));
      Integration before = running.get(integration.name());
      if (before != null && Pair.of(before).equals(pair)) {
        return path;
      }
    }
    return null;
  }

  private static Problem twin(Path path, List<Path> twins, @Nullable Path chosen) {
    String others =
        twins.stream()
            .filter(twin -> !twin.equals(path))
            .map(twin -> twin.getFileName().toString())
            .sorted()
            .collect(Collectors.joining(", "));
    return new Problem(
        path.toString(),
        0,
        "tenant-id, client-id",
        "are the same as in "
            + others
            + (chosen == null
                ? ", so that neither is collected"
                : ", which is collected already; this one is not"),
        "Keep one file, or write each file's own tenant-id and client-id");
  }

  private static List<Change> changes(
      Map<String, Integration> before, Map<String, Integration> after) {
    Map<Pair, Integration> leaving = new HashMap<>();
    before.forEach(
        (name, integration) -> {
          if (!after.containsKey(name)) {
            leaving.put(Pair.of(integration), integration);
          }
        });
    List<Change> changes = new ArrayList<>();
    after.forEach(
        (name, integration) -> {
          Integration previous = before.get(name);
          if (integration.equals(previous)) {
            return;
          }
          if (previous != null) {
            changes.add(new Change(Kind.CHANGED, integration, previous));
            return;
          }
          previous = leaving.remove(Pair.of(integration));
          changes.add(
              new Change(previous == null ? Kind.ADDED : Kind.RENAMED, integration, previous));
        });
    List<Change> removals =
        leaving.values().stream()
            .sorted(Comparator.comparing(Integration::name))
            .map(integration -> new Change(Kind.REMOVED, integration, integration))
            .toList();
    changes.addAll(0, removals);
    return List.copyOf(changes);
  }
}
