package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutboxTest extends OutboxContract {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @Override
  Store open() {
    return JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
  }

  @AfterEach
  void theCopyHasAllThatTheFileHas() throws SQLException {
    assertThat(Dump.of(directory.resolve("relay-copy.db")))
        .isEqualTo(Dump.of(directory.resolve("relay.db")));
  }
}
