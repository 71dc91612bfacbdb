package io.entrarelay.state;

import java.time.Duration;

class PostgresStoredIntegrationsIT extends StoredIntegrationsContract {
  @Override
  Store open() {
    return Postgres.database().open(Duration.ofSeconds(30), Steps.NONE);
  }
}
