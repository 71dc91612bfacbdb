package io.entrarelay.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The data directory, held by one process at a time. {@code state/} is 0700: it holds what was
 * collected; {@code out/} is 0750, so that a SIEM's agent in its group can read it. The operating
 * system gives the lock back when the process ends, however it ends.
 */
public final class DataDirectory implements AutoCloseable {
  /** The purpose whose records are made up: they must not come among real ones. */
  private static final String DEMO = "demo";

  private final Path root;
  private final FileChannel channel;
  private final FileLock lock;

  private DataDirectory(Path root, FileChannel channel, FileLock lock) {
    this.root = root;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the directory, making it where it is missing.
   *
   * @param purpose the command that takes it, for whoever is refused later
   * @throws DirectoryInUse when another process has it
   * @throws StoreException where a demo's records would come among real ones
   */
  public static DataDirectory take(Path root, String purpose) {
    return take(root, purpose, true);
  }

  /**
   * Takes the directory for a moment, to change what was collected there, by whatever command.
   *
   * @throws DirectoryInUse when another process has it
   */
  public static DataDirectory borrow(Path root, String purpose) {
    return take(root, purpose, false);
  }

  private static DataDirectory take(Path root, String purpose, boolean collects) {
    try {
      directory(root.resolve("state"), "rwx------");
      directory(root.resolve("out"), "rwxr-x---");
      Path file = root.resolve("state/lock");
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String holder = Files.readString(file).strip();
        channel.close();
        throw new DirectoryInUse(root, holder);
      }
      if (collects) {
        keepApart(root, purpose, channel);
      }
      String line = "process " + ProcessHandle.current().pid() + " (" + purpose + ")\n";
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), 0);
      channel.force(true);
      return new DataDirectory(root, channel, lock);
    } catch (IOException e) {
      throw new StoreException(
          "the data directory "
              + root.toAbsolutePath()
              + " can't be used: "
              + e
              + ". Give a directory that this user may write with --data",
          e);
    }
  }

  private static void keepApart(Path root, String purpose, FileChannel held) throws IOException {
    Path mark = root.resolve("state/demo");
    boolean demo = purpose.equals(DEMO);
    SqliteFile file = new SqliteFile(root.resolve("state/relay.db"));
    boolean isUsed = Files.exists(file.path()) || SqliteCopy.exists(file);
    if (isUsed && demo != Files.exists(mark)) {
      held.close();
      throw new StoreException(
          "the data directory "
              + root.toAbsolutePath()
              + (demo
                  ? " holds what was really collected, and the demo's records would come among it."
                      + " Give the demo a directory of its own with --data"
                  : " holds a demo's made-up records. Remove it, or give another one with --data"));
    }
    if (demo && !isUsed) {
      Files.writeString(mark, "What is here and in out/ was made up by the demo.\n");
    }
  }

  /**
   * Who has the directory, as {@code process 12 (run)}, without touching its lock; null when nobody
   * has. On the word of the process that took it last and of the operating system that it lives.
   */
  public static @Nullable String holder(Path root) {
    try {
      String holder = Files.readString(root.resolve("state/lock")).strip();
      Matcher process = Pattern.compile("process (\\d{1,18}) .*").matcher(holder);
      return process.matches()
              && ProcessHandle.of(Long.parseLong(process.group(1)))
                  .map(ProcessHandle::isAlive)
                  .orElse(false)
          ? holder
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  private static void directory(Path directory, String permissions) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Files.createDirectories(directory);
    if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }
  }

  public Path root() {
    return root;
  }

  public Path database() {
    return root.resolve("state/relay.db");
  }

  public Path out() {
    return root.resolve("out");
  }

  @Override
  public void close() {
    try {
      channel.truncate(0); // nobody has it from here on
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new StoreException(
          "the lock of "
              + root.toAbsolutePath()
              + " could not be given back: "
              + e
              + ". It is free when this process has ended",
          e);
    }
  }

  /** Another process has the data directory. */
  public static final class DirectoryInUse extends StoreException {
    private static final long serialVersionUID = 1L;

    DirectoryInUse(Path root, String holder) {
      super(
          "the data directory "
              + root.toAbsolutePath()
              + " is in use by "
              + (holder.isEmpty() ? "another process" : holder)
              + ": only one run, collect or demo works on it at a time. Stop that one, or give this"
              + " one a directory of its own with --data");
    }
  }
}
