package io.entrarelay.onboard;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Whether the files sink can write where it is to write. */
public final class FilesCheck {
  private static final String PROBE = "sink files";
  private static final long LITTLE = 1L << 30;

  private FilesCheck() {}

  /**
   * @param data the data directory, which a relative directory of the sink is relative to
   */
  public static Line of(RelaySettings.Files files, Path data) {
    if (!files.enabled()) {
      return new Line(PROBE, Outcome.ATTENTION, "is off (relay.sinks.files.enabled).");
    }
    Path directory = data.toAbsolutePath().resolve(files.directory()).normalize();
    Path nearest = nearest(directory);
    if (!Files.isDirectory(nearest) || !Files.isWritable(nearest)) {
      return new Line(
          PROBE,
          Outcome.FAILED,
          nearest
              + (Files.isDirectory(nearest) ? " can't be written" : " is a file")
              + ". Give a directory that the user "
              + System.getProperty("user.name")
              + " may write: relay.sinks.files.directory, or --data.");
    }
    String group = files.group();
    if (group != null && !isKnown(group)) {
      return new Line(
          PROBE,
          Outcome.FAILED,
          "this machine has no group "
              + group
              + ". Make it (groupadd "
              + group
              + "), or correct relay.sinks.files.group.");
    }
    try {
      return space(directory, Files.getFileStore(nearest).getUsableSpace());
    } catch (IOException e) {
      return new Line(
          PROBE,
          Outcome.ATTENTION,
          directory + ": its free space can't be told (" + e.getMessage() + "). Check its mount.");
    }
  }

  /** The path itself, or the nearest above it that exists. */
  private static Path nearest(Path path) {
    Path above = path.getParent();
    return Files.exists(path) || above == null ? path : nearest(above);
  }

  private static boolean isKnown(String group) {
    try {
      FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * @param free bytes
   */
  static Line space(Path directory, long free) {
    String amount = String.format(Locale.ROOT, "%.1f GB free", free / 1e9);
    return free < LITTLE
        ? new Line(
            PROBE,
            Outcome.ATTENTION,
            directory
                + ": only "
                + amount
                + ". Make room, or have old files removed with"
                + " relay.sinks.files.retain.")
        : new Line(PROBE, Outcome.OK, directory + ", " + amount);
  }
}
