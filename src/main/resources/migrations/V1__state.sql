-- What the relay must not forget. Times are epoch milliseconds, UTC. The same for SQLite and
-- PostgreSQL but for two words: ${bytes} is BLOB or BYTEA, ${identity} a key that counts by itself.

-- Values that belong to the whole store, such as the seed of its hashes.
CREATE TABLE setting (
  name  VARCHAR(64) NOT NULL PRIMARY KEY,
  value VARCHAR(255) NOT NULL
);

-- The right to work for a shard: one holder at a time, told apart by the fencing number. The
-- shard's outbox is numbered here, so that a commit checks its lease and takes its numbers at once;
-- "bytes" is how many (compressed) were ever appended to it.
-- "expires_at" is by the database's clock, and of no meaning where one process has the whole store.
CREATE TABLE lease (
  shard      INTEGER NOT NULL PRIMARY KEY,
  holder     VARCHAR(255) NOT NULL,
  fence      BIGINT NOT NULL,
  sequence   BIGINT NOT NULL,
  bytes      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- One report of one tenant for one application: renaming an integration's file changes nothing.
CREATE TABLE feed (
  id         ${identity},
  tenant_id  CHAR(36) NOT NULL,
  client_id  CHAR(36) NOT NULL,
  report     VARCHAR(64) NOT NULL,
  since      BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  UNIQUE (tenant_id, client_id, report)
);

-- What each sweep (by its age) has read, as spans [begins, ends).
CREATE TABLE reading (
  feed   BIGINT NOT NULL,
  age    BIGINT NOT NULL,
  begins BIGINT NOT NULL,
  ends   BIGINT NOT NULL,
  PRIMARY KEY (feed, age, begins)
);

-- Spans that are read once more from "due" on.
CREATE TABLE recheck (
  feed   BIGINT NOT NULL,
  begins BIGINT NOT NULL,
  ends   BIGINT NOT NULL,
  due    BIGINT NOT NULL
);
CREATE INDEX recheck_feed ON recheck (feed);

-- The (id, content) pairs already taken, by the minute of the record's own time: 24 bytes each,
-- 128 bits of the id's hash and 64 of the content's. Segments are appended, and merged later.
CREATE TABLE seen (
  feed     BIGINT NOT NULL,
  minute   BIGINT NOT NULL,
  segment  INTEGER NOT NULL,
  taken_at BIGINT NOT NULL,
  pairs    ${bytes} NOT NULL,
  PRIMARY KEY (feed, minute, segment)
);

-- What each sweep found, counted in the transaction that took it.
CREATE TABLE tally (
  feed     BIGINT NOT NULL,
  age      BIGINT NOT NULL,
  taken    BIGINT NOT NULL,
  revised  BIGINT NOT NULL,
  repeated BIGINT NOT NULL,
  dropped  BIGINT NOT NULL,
  parked   BIGINT NOT NULL,
  PRIMARY KEY (feed, age)
);

-- The durable log between collecting and forwarding: a page's lines in one form, zstd, and before
-- them in a frame that zstd skips the id and revision of each line's record. A row for one sink alone
-- (a dead letter that is tried again) names it; others are for all sinks. "starts" is how many bytes
-- were appended to the shard before: what waits behind a position is a difference.
CREATE TABLE outbox (
  shard        INTEGER NOT NULL,
  sequence     BIGINT NOT NULL,
  sink         VARCHAR(64),
  form         VARCHAR(64) NOT NULL,
  integration  VARCHAR(63) NOT NULL,
  report       VARCHAR(64) NOT NULL,
  tenant_id    CHAR(36) NOT NULL,
  collected_at BIGINT NOT NULL,
  records      INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  starts       BIGINT NOT NULL,
  lines        ${bytes} NOT NULL,
  PRIMARY KEY (shard, sequence)
);

-- The sinks that read the outbox, and the forms that each takes, separated by commas.
CREATE TABLE sink (
  name  VARCHAR(64) NOT NULL PRIMARY KEY,
  forms VARCHAR(4000) NOT NULL
);

-- How far a sink has got with a shard. "closing" is the number up to which files are being finished:
-- after a crash they are written again with the same span, so with the same name and content.
-- "replay" counts how often the position was set back: what a receiver keeps of it is then void.
CREATE TABLE position (
  sink     VARCHAR(64) NOT NULL,
  shard    INTEGER NOT NULL,
  sequence BIGINT NOT NULL,
  closing  BIGINT NOT NULL,
  replay   INTEGER NOT NULL,
  PRIMARY KEY (sink, shard)
);

-- Records set aside with the reason and their original bytes: Graph's where they were cut or mapped
-- (then "form" is null), the form's line where a sink's receiver refused it, with the id of its record
-- in UTF-8. The fingerprint is that of stage, report, form, record, id and revision: what is refused
-- again is counted, not kept twice. "retry" is the number in its shard's outbox under which it is
-- tried again: when the sink has passed that, the letter goes, unless it was refused once more.
CREATE TABLE dead_letter (
  id           ${identity},
  fingerprint  CHAR(64) NOT NULL UNIQUE,
  shard        INTEGER NOT NULL,
  stage        VARCHAR(80) NOT NULL,
  reason       VARCHAR(500) NOT NULL,
  form         VARCHAR(64),
  integration  VARCHAR(63) NOT NULL,
  report       VARCHAR(64) NOT NULL,
  tenant_id    CHAR(36) NOT NULL,
  collected_at BIGINT NOT NULL,
  record_id    ${bytes},
  revision     INTEGER NOT NULL,
  first_at     BIGINT NOT NULL,
  last_at      BIGINT NOT NULL,
  times        INTEGER NOT NULL,
  retry        BIGINT,
  bytes        INTEGER NOT NULL,
  record       ${bytes} NOT NULL
);
CREATE INDEX dead_letter_stage ON dead_letter (stage, bytes);
CREATE INDEX dead_letter_retry ON dead_letter (shard, retry);

-- What commands ask of the processes that work with the store, and their answers. A question about
-- a shard is for its holder; one that a process has taken is no other's.
CREATE TABLE request (
  id          ${identity},
  command     VARCHAR(64) NOT NULL,
  arguments   VARCHAR(4000) NOT NULL,
  shard       INTEGER,
  asked_at    BIGINT NOT NULL,
  taken_by    VARCHAR(255),
  answered_at BIGINT,
  answer      VARCHAR(4000)
);

-- The processes that share the store, each until its time is over by the database's clock, and the
-- sinks that each hands records to, separated by commas.
CREATE TABLE node (
  name       VARCHAR(255) NOT NULL PRIMARY KEY,
  sinks      VARCHAR(4000) NOT NULL,
  expires_at BIGINT NOT NULL
);

-- How many of an application's requests a node may have in use at a time, over all its tenants. They
-- are another's when the node's time is over and a span later, for which its last requests count.
CREATE TABLE allowance (
  client_id  CHAR(36) NOT NULL,
  node       VARCHAR(255) NOT NULL,
  wanted     INTEGER NOT NULL,
  granted    INTEGER NOT NULL,
  span       BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, node)
);
