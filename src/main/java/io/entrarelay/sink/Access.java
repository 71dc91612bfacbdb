package io.entrarelay.sink;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * Who may read what the relay writes: directories 0750, files 0640, so that a SIEM's agent in the
 * group can, and nobody else. Where a file system knows no such thing, nothing is done.
 */
final class Access {
  private Access() {}

  static void file(Path file, @Nullable String group) throws IOException {
    permissions(file, "rw-r-----");
    if (group != null) {
      group(file, group);
    }
  }

  /** Makes a directory and those above it, down from {@code root}. */
  static void directories(Path root, Path directory, @Nullable String group) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path above = directory.getParent();
    if (above != null && !directory.equals(root)) {
      directories(root, above, group);
    }
    Files.createDirectories(directory);
    permissions(directory, "rwxr-x---");
    if (group != null) {
      group(directory, group);
    }
  }

  private static void permissions(Path path, String permissions) throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(PosixFilePermissions.fromString(permissions));
    }
  }

  private static void group(Path path, String name) throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix != null) {
      try {
        GroupPrincipal group =
            path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
        posix.setGroup(group);
      } catch (UserPrincipalNotFoundException
          | FileSystemException
          | UnsupportedOperationException e) {
        throw new SinkException(
            path
                + " can't be given to the group "
                + name
                + " ("
                + e
                + "): check relay.sinks.files.group, and that this process is a member of it",
            e);
      }
    }
  }
}
