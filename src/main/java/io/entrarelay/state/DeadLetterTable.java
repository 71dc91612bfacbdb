package io.entrarelay.state;

import java.sql.SQLException;
import java.util.List;

/** Records set aside; what is set aside again is counted. */
final class DeadLetterTable {
  private DeadLetterTable() {}

  static void add(Session session, int shard, List<DeadLetter> letters, long now)
      throws SQLException {
    for (DeadLetter letter : letters) {
      session.update(
          "INSERT INTO dead_letter (fingerprint, shard, stage, reason, form, integration, report,"
              + " tenant_id, collected_at, revision, first_at, last_at, times, record)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)"
              + " ON CONFLICT (fingerprint) DO UPDATE SET reason = excluded.reason,"
              + " last_at = excluded.last_at, times = dead_letter.times + 1",
          letter.fingerprint(),
          shard,
          letter.stage(),
          letter.reason(),
          letter.form(),
          letter.integration(),
          letter.report(),
          letter.tenantId(),
          letter.collectedAt(),
          letter.revision(),
          now,
          now,
          letter.record());
    }
  }
}
