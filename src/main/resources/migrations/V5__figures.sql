-- What the console shows of the work of all nodes. Times are epoch milliseconds, UTC.

-- What each integration's reports have read and taken, noted now and then by the node that reads them.
-- "lag" is in milliseconds, as of "noted_at". "day" is the beginning of a day, "taken_before" how many
-- records had been taken before it. "reports" is a JSON array with the same of each report.
CREATE TABLE figures (
  tenant_id    CHAR(36) NOT NULL,
  client_id    CHAR(36) NOT NULL,
  noted_at     BIGINT NOT NULL,
  last_read    BIGINT NOT NULL,
  lag          BIGINT NOT NULL,
  taken        BIGINT NOT NULL,
  late         BIGINT NOT NULL,
  day          BIGINT NOT NULL,
  taken_before BIGINT NOT NULL,
  reports      TEXT NOT NULL,
  PRIMARY KEY (tenant_id, client_id)
);

-- When a sink has last taken something for good; 0 where that isn't known.
ALTER TABLE position ADD COLUMN moved_at BIGINT NOT NULL DEFAULT 0;
