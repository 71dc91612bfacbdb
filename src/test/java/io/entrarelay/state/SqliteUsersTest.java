package io.entrarelay.state;

class SqliteUsersTest extends UsersContract {
  @Override
  Store open() {
    return JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
  }
}
