package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;

class SqliteUsersTest extends UsersContract {
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
