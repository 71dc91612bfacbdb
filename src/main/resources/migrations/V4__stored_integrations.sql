-- Integrations that are in no file: added in the console or by its API, on every node. Times are epoch
-- milliseconds, UTC.

-- "tenant_id" is null as long as nobody has consented and the tenant is not known. "endpoints" are the
-- authority's and Graph's, for cloud "custom". "private_key" is encrypted under relay.secrets.key-file;
-- it and "certificate" are null where the application is the shared one, of relay.application.
-- "consented_at" is null while consent is awaited.
CREATE TABLE stored_integration (
  name         VARCHAR(63) NOT NULL PRIMARY KEY,
  display_name VARCHAR(200) NOT NULL,
  tenant_id    CHAR(36),
  client_id    CHAR(36) NOT NULL,
  cloud        VARCHAR(16) NOT NULL,
  authority    VARCHAR(300),
  graph        VARCHAR(300),
  reports      VARCHAR(2000) NOT NULL,
  certificate  TEXT,
  private_key  TEXT,
  added_at     BIGINT NOT NULL,
  added_by     VARCHAR(255) NOT NULL,
  consented_at BIGINT,
  UNIQUE (tenant_id, client_id)
);

-- How often the table above was changed: nodes read it again when this is another number.
CREATE TABLE stored_integration_changes (changes BIGINT NOT NULL);
INSERT INTO stored_integration_changes VALUES (0);
