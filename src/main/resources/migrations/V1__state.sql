-- What the relay must not forget. Times are epoch milliseconds, UTC.

-- Values that belong to the whole store, such as the seed of its hashes.
CREATE TABLE setting (
  name  VARCHAR(64) NOT NULL PRIMARY KEY,
  value VARCHAR(255) NOT NULL
);

-- The right to work for a shard: one holder at a time, told apart by the fencing number. The
-- shard's outbox is numbered here, so that a commit checks its lease and takes its numbers at once.
CREATE TABLE lease (
  shard    INTEGER NOT NULL PRIMARY KEY,
  holder   VARCHAR(255) NOT NULL,
  fence    BIGINT NOT NULL,
  sequence BIGINT NOT NULL
);

-- One report of one tenant for one application: renaming an integration's file changes nothing.
CREATE TABLE feed (
  id         INTEGER NOT NULL PRIMARY KEY,
  tenant_id  CHAR(36) NOT NULL,
  client_id  CHAR(36) NOT NULL,
  report     VARCHAR(64) NOT NULL,
  since      BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  UNIQUE (tenant_id, client_id, report)
);

-- What each sweep (by its age) has read, as spans [begins, ends).
CREATE TABLE reading (
  feed   INTEGER NOT NULL,
  age    BIGINT NOT NULL,
  begins BIGINT NOT NULL,
  ends   BIGINT NOT NULL,
  PRIMARY KEY (feed, age, begins)
);

-- Spans that are read once more from "due" on.
CREATE TABLE recheck (
  feed   INTEGER NOT NULL,
  begins BIGINT NOT NULL,
  ends   BIGINT NOT NULL,
  due    BIGINT NOT NULL
);
CREATE INDEX recheck_feed ON recheck (feed);

-- The (id, content) pairs already taken, by the minute of the record's own time: 24 bytes each,
-- 128 bits of the id's hash and 64 of the content's. Segments are appended, and merged later.
CREATE TABLE seen (
  feed     INTEGER NOT NULL,
  minute   BIGINT NOT NULL,
  segment  INTEGER NOT NULL,
  taken_at BIGINT NOT NULL,
  pairs    BLOB NOT NULL,
  PRIMARY KEY (feed, minute, segment)
);

-- What each sweep found, counted in the transaction that took it.
CREATE TABLE tally (
  feed     INTEGER NOT NULL,
  age      BIGINT NOT NULL,
  taken    BIGINT NOT NULL,
  revised  BIGINT NOT NULL,
  repeated BIGINT NOT NULL,
  dropped  BIGINT NOT NULL,
  parked   BIGINT NOT NULL,
  PRIMARY KEY (feed, age)
);

-- The durable log between collecting and forwarding: a page's lines in one form, zstd.
CREATE TABLE outbox (
  shard        INTEGER NOT NULL,
  sequence     BIGINT NOT NULL,
  form         VARCHAR(64) NOT NULL,
  integration  VARCHAR(63) NOT NULL,
  report       VARCHAR(64) NOT NULL,
  tenant_id    CHAR(36) NOT NULL,
  collected_at BIGINT NOT NULL,
  records      INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  lines        BLOB NOT NULL,
  PRIMARY KEY (shard, sequence)
);

-- How far a sink has got with a shard. "closing" is the number up to which files are being finished:
-- after a crash they are written again with the same span, so with the same name and content.
CREATE TABLE position (
  sink     VARCHAR(64) NOT NULL,
  shard    INTEGER NOT NULL,
  sequence BIGINT NOT NULL,
  closing  BIGINT NOT NULL,
  PRIMARY KEY (sink, shard)
);

-- Records set aside with the reason and what Graph sent.
CREATE TABLE parked (
  id         INTEGER NOT NULL PRIMARY KEY,
  feed       INTEGER NOT NULL,
  stage      VARCHAR(64) NOT NULL,
  reason     VARCHAR(500) NOT NULL,
  parked_at  BIGINT NOT NULL,
  record     BLOB NOT NULL
);

-- What commands ask of the process that holds the data directory, and its answers.
CREATE TABLE request (
  id          INTEGER NOT NULL PRIMARY KEY,
  command     VARCHAR(64) NOT NULL,
  arguments   VARCHAR(4000) NOT NULL,
  asked_at    BIGINT NOT NULL,
  answered_at BIGINT,
  answer      VARCHAR(4000)
);
