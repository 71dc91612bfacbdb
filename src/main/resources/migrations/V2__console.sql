-- Those who may sign in to the console by a password, on every node. The password is kept as a hash
-- that names how it was made; "version" is another one after each change, which ends their sessions.
CREATE TABLE console_user (
  name       VARCHAR(64) NOT NULL PRIMARY KEY,
  role       VARCHAR(32) NOT NULL,
  password   VARCHAR(255) NOT NULL,
  version    INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Who has changed what, and from where to where; sign-ins as well. Never a secret.
CREATE TABLE audit_log (
  id      ${identity},
  at      BIGINT NOT NULL,
  who     VARCHAR(255) NOT NULL,
  what    VARCHAR(64) NOT NULL,
  target  VARCHAR(255) NOT NULL,
  was     VARCHAR(4000),
  becomes VARCHAR(4000)
);
CREATE INDEX audit_log_what ON audit_log (what, id);
