package io.entrarelay.console;

import io.entrarelay.state.StoreException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Has a relay do something at once: this one, or another that works with the same store. */
@FunctionalInterface
public interface Orders {
  /**
   * Asks and waits.
   *
   * @param shard whose holder is meant; null for any relay
   * @return the answer, a JSON object; null where none came in time
   * @throws StoreException where it can't be asked for
   */
  @Nullable String ask(String command, String arguments, @Nullable Integer shard, Duration atMost);
}
