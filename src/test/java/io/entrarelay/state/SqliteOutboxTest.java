package io.entrarelay.state;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutboxTest extends OutboxContract {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @Override
  Store open() {
    return JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
  }
}
