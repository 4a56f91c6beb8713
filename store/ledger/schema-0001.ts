/**
 * First schema of the ledger. Documents are JSON text; key columns beside them are what queries filter and
 * order by.
 */
export const FIRST_SCHEMA = `
CREATE TABLE progress (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  position INTEGER NOT NULL
) STRICT;
INSERT INTO progress (id, position) VALUES (1, 0);

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES
  ('quarantine_groups', 0), ('quarantine_samples', 0), ('quarantine_records', 0),
  ('gateway_presence', 0), ('passing_digests', 0), ('reconciliations', 0);

-- What was applied, so that a replay that differs is noticed. Passing: presence and refusals, newest only.
CREATE TABLE lasting_digests (
  position INTEGER NOT NULL, idx INTEGER NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (position, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE passing_digests (
  position INTEGER NOT NULL, idx INTEGER NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (position, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE reconciliations (
  id INTEGER PRIMARY KEY,
  position INTEGER NOT NULL, idx INTEGER NOT NULL,
  kind TEXT NOT NULL, digest BLOB NOT NULL, document TEXT NOT NULL,
  UNIQUE (position, idx, digest)
) STRICT;

CREATE TABLE alarms (
  id TEXT PRIMARY KEY,
  onset_at INTEGER NOT NULL, colour TEXT NOT NULL,
  area TEXT, lifeline TEXT, facility TEXT,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alarms_newest ON alarms (onset_at, id);
CREATE INDEX alarms_by_colour ON alarms (colour, onset_at, id);
CREATE INDEX alarms_by_area ON alarms (area, onset_at, id);
CREATE INDEX alarms_by_lifeline ON alarms (lifeline, onset_at, id);
CREATE INDEX alarms_by_facility ON alarms (facility, onset_at, id);

-- sequence is NULL only when an earlier event already holds the event's own number (see reconciliations).
CREATE TABLE alarm_events (
  position INTEGER NOT NULL, idx INTEGER NOT NULL,
  sequence INTEGER UNIQUE,
  alarm TEXT NOT NULL REFERENCES alarms (id),
  document TEXT NOT NULL,
  PRIMARY KEY (position, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX alarm_events_by_alarm ON alarm_events (alarm, position, idx);

CREATE TABLE registry_changes (
  position INTEGER NOT NULL, idx INTEGER NOT NULL,
  revision INTEGER NOT NULL, at INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (position, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_changes_by_revision ON registry_changes (revision);
CREATE TRIGGER registry_changes_no_update BEFORE UPDATE ON registry_changes
  BEGIN SELECT RAISE(ABORT, 'registry history is append-only'); END;
CREATE TRIGGER registry_changes_no_delete BEFORE DELETE ON registry_changes
  BEGIN SELECT RAISE(ABORT, 'registry history is append-only'); END;

CREATE TABLE organisations (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE areas (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL,
  parent TEXT GENERATED ALWAYS AS (document ->> '$.parent')
) STRICT;
CREATE TABLE facilities (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL,
  kind TEXT GENERATED ALWAYS AS (document ->> '$.kind'),
  lifeline TEXT GENERATED ALWAYS AS (document ->> '$.lifeline'),
  area TEXT GENERATED ALWAYS AS (document ->> '$.area'),
  organisation TEXT GENERATED ALWAYS AS (document ->> '$.organisation')
) STRICT;
CREATE INDEX facilities_by_organisation ON facilities (organisation);
CREATE TABLE gateways (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL,
  facility TEXT GENERATED ALWAYS AS (document ->> '$.facility')
) STRICT;
CREATE TABLE devices (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL,
  gateway TEXT GENERATED ALWAYS AS (document ->> '$.gateway'),
  facility TEXT GENERATED ALWAYS AS (document ->> '$.facility'),
  serial TEXT GENERATED ALWAYS AS (document ->> '$.serial')
) STRICT;
CREATE TABLE points (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL,
  device TEXT GENERATED ALWAYS AS (document ->> '$.device'),
  quantity TEXT GENERATED ALWAYS AS (document ->> '$.quantity')
) STRICT;

CREATE TABLE gateway_presence (
  id INTEGER PRIMARY KEY,
  gateway TEXT NOT NULL, at INTEGER NOT NULL, connected INTEGER NOT NULL, connections INTEGER NOT NULL
) STRICT;
CREATE INDEX gateway_presence_by_gateway ON gateway_presence (gateway, id);

-- device is NULL when the refused thing named none; device_key keeps that apart from an empty name.
CREATE TABLE quarantine_groups (
  id INTEGER PRIMARY KEY,
  gateway TEXT NOT NULL, device TEXT, reason TEXT NOT NULL,
  count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  sample TEXT NOT NULL,
  kept INTEGER NOT NULL, not_kept INTEGER NOT NULL,
  device_key TEXT NOT NULL GENERATED ALWAYS AS (iif(device IS NULL, '', '=' || device)) STORED,
  UNIQUE (gateway, device_key, reason)
) STRICT;
CREATE TABLE quarantine_gateways (gateway TEXT PRIMARY KEY, groups INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine_samples (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES quarantine_groups (id),
  at INTEGER NOT NULL, sample TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX quarantine_samples_by_group ON quarantine_samples (group_id, id);
CREATE TABLE quarantine_records (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES quarantine_groups (id),
  gateway TEXT NOT NULL, device TEXT NOT NULL, received_at INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE INDEX quarantine_records_by_device ON quarantine_records (gateway, device, id);
CREATE INDEX quarantine_records_by_group ON quarantine_records (group_id);

-- The three administrators stand apart from the beginning (GB/T 22239-2019, 8.1.4.2).
CREATE TABLE roles (name TEXT PRIMARY KEY, administrator INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO roles (name, administrator) VALUES
  ('duty-officer', 0), ('duty-leader', 0), ('crew', 0), ('engineer', 0), ('viewer', 0),
  ('system-admin', 1), ('security-admin', 1), ('audit-admin', 1);
CREATE TABLE users (
  key TEXT PRIMARY KEY,
  username TEXT NOT NULL, name TEXT, scope TEXT NOT NULL,
  password_hash TEXT NOT NULL, created_at INTEGER NOT NULL, retired INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE user_roles (
  user TEXT NOT NULL REFERENCES users (key), role TEXT NOT NULL REFERENCES roles (name),
  place INTEGER NOT NULL,
  PRIMARY KEY (user, role)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER users_no_delete BEFORE DELETE ON users
  BEGIN SELECT RAISE(ABORT, 'users retire, they are never deleted'); END;
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (key),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user, expires_at);

CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, username TEXT NOT NULL, address TEXT NOT NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL,
  detail TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
-- The newest entry's number and hash once more: cutting off the chain's end shows.
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL, hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (id, number, hash)
  VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- The head moves to the next number only: an entry out of turn, or put over another by REPLACE (which asks
-- no delete trigger), takes the whole statement back with it.
CREATE TRIGGER audit_moves_head AFTER INSERT ON audit
  BEGIN UPDATE audit_head SET number = NEW.number, hash = NEW.hash; END;
CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head
  WHEN NEW.number <> OLD.number + 1
    OR NEW.hash IS NOT (SELECT hash FROM audit WHERE number = NEW.number)
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`;
