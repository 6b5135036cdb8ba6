/** "VIGI": marks a file as ours (https://www.sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x56494749;

/**
 * Schema versions, oldest first; `user_version` counts those applied. What was released is never edited: a
 * change is a new entry, and every entry works on the file that the ones before it left behind.
 *
 * Ticks are the bulk: 48 h of 1,000 endpoints once a minute are 2.9 million rows of 54 bytes. Their key order keeps
 * one endpoint's window together. There is no second index by time: measured, a list of the last ten minutes of
 * 1,000 endpoints reads no faster by it (16 ms either way), and every row takes 17 bytes more.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;

  CREATE TABLE endpoints (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    schema INTEGER NOT NULL,
    origin TEXT NOT NULL,
    version INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (org, id)
  ) WITHOUT ROWID, STRICT;

  -- AUTOINCREMENT: a key never comes back, so a reader that remembers one can't mistake it for another's.
  CREATE TABLE endpoint_keys (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    UNIQUE (org, id)
  ) STRICT;
  CREATE TABLE words (key INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE ticks (
    endpoint INTEGER NOT NULL,
    at INTEGER NOT NULL,
    region INTEGER NOT NULL,
    late INTEGER NOT NULL,
    status INTEGER,
    dns INTEGER,
    connect INTEGER,
    tls INTEGER,
    first_byte INTEGER,
    transfer INTEGER,
    total INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    failure INTEGER,
    message TEXT,
    invalid TEXT,
    PRIMARY KEY (endpoint, at, region)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE buckets (
    endpoint INTEGER NOT NULL,
    size INTEGER NOT NULL,
    start INTEGER NOT NULL,
    region INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    ok INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    invalid INTEGER NOT NULL,
    satisfied INTEGER NOT NULL,
    tolerating INTEGER NOT NULL,
    frustrated INTEGER NOT NULL,
    status TEXT NOT NULL,
    response_count INTEGER NOT NULL,
    response_sum REAL NOT NULL,
    response_max REAL NOT NULL,
    response_sketch TEXT NOT NULL,
    first_byte_count INTEGER NOT NULL,
    first_byte_sum REAL NOT NULL,
    first_byte_max REAL NOT NULL,
    first_byte_sketch TEXT NOT NULL,
    points BLOB,
    PRIMARY KEY (endpoint, size, start, region)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE rollups (org TEXT PRIMARY KEY, hour INTEGER NOT NULL) WITHOUT ROWID, STRICT;

  CREATE TABLE alerts (
    org TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- 0 no, 1 yes, 2 with effects still to be carried out
    troubled INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (org, endpoint)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX troubled_alerts ON alerts (org, endpoint) WHERE troubled > 0;
  CREATE TABLE gates (
    org TEXT NOT NULL,
    kind TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (org, kind)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE incidents (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    revision INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (org, id)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX incidents_by_start ON incidents (org, started_at);
  CREATE INDEX incidents_by_endpoint ON incidents (org, endpoint, started_at);
  CREATE INDEX open_incidents ON incidents (org, started_at) WHERE ended_at IS NULL;
  CREATE TABLE messages (
    org TEXT NOT NULL,
    incident TEXT NOT NULL,
    effect TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (org, incident, effect)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX messages_by_time ON messages (org, sent_at);
  `,
];
