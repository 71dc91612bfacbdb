package io.entrarelay.console;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.onboard.IntegrationChanges.Asked;
import org.jspecify.annotations.Nullable;

/**
 * Adds, renames, gives another certificate and removes, of the integrations that are in no file;
 * this node's relay takes it up before an answer is given. It knows nothing of pages, and is told
 * who asks. What can't be taken is thrown as {@link ConfigurationException}, by key.
 */
final class IntegrationEdits {
  private final ConsoleParts parts;

  IntegrationEdits(ConsoleParts parts) {
    this.parts = parts;
  }

  Integration add(Asked asked, String who) {
    Integration added = parts.changes().add(asked, who);
    parts.look().run();
    return added;
  }

  /**
   * @param displayName null for the name
   */
  void rename(String name, String newName, @Nullable String displayName, String who) {
    demand(name);
    parts.changes().rename(name, newName, displayName, who);
    parts.look().run();
  }

  /**
   * @param certificate PEM text; may hold the key
   */
  void rotate(String name, String certificate, @Nullable String privateKey, String who) {
    demand(name);
    parts.changes().rotate(name, certificate, privateKey, who);
    parts.look().run();
  }

  void remove(String name, String who) {
    demand(name);
    parts.changes().remove(name, who);
    parts.look().run();
  }

  /**
   * @throws Refusal where there is none of this name, or its file decides about it
   */
  void demand(String name) {
    if (parts.changes().find(name) != null) {
      return;
    }
    for (Integration each : parts.integrations().get()) {
      if (each.name().equals(name) && each.file() != null) {
        throw Refusal.conflict(
            name
                + " is declared in "
                + each.file()
                + ", which decides about it: change that file.");
      }
    }
    throw Refusal.unknown("There is no integration of this name.");
  }
}
