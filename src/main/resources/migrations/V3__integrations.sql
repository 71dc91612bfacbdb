-- What is known of each integration besides its file. Times are epoch milliseconds, UTC.

-- What people have decided: whoever holds its shard acts on it. "paused_at" is null where it is not paused.
CREATE TABLE integration (
  tenant_id CHAR(36) NOT NULL,
  client_id CHAR(36) NOT NULL,
  paused_at BIGINT,
  paused_by VARCHAR(255),
  PRIMARY KEY (tenant_id, client_id)
);

-- How it fares: a row for each change, the newest tells how it is now. "reasons" is a JSON array of
-- objects {"about", "code", "text"}: a report's name or "credential", what kind it is, and in words what
-- is wrong and what to do.
CREATE TABLE standing (
  id        ${identity},
  tenant_id CHAR(36) NOT NULL,
  client_id CHAR(36) NOT NULL,
  name      VARCHAR(63) NOT NULL,
  state     VARCHAR(32) NOT NULL,
  since     BIGINT NOT NULL,
  reasons   VARCHAR(4000) NOT NULL
);
CREATE INDEX standing_integration ON standing (tenant_id, client_id, id);
