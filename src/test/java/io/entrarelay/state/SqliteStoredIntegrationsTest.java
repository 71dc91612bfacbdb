package io.entrarelay.state;

class SqliteStoredIntegrationsTest extends StoredIntegrationsContract {
  @Override
  Store open() {
    return JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
  }
}
