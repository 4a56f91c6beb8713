/** Versions of the flows (flow-versions.ts). */
export const FLOW_VERSIONS_SCHEMA = `
CREATE TABLE flow_versions (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, username TEXT NOT NULL, address TEXT NOT NULL,
  restored_from INTEGER REFERENCES flow_versions (number),
  flows TEXT NOT NULL CHECK (json_valid(flows) AND json_type(flows, '$.flows') = 'array')
) STRICT;
CREATE TRIGGER flow_versions_no_update BEFORE UPDATE ON flow_versions
  BEGIN SELECT RAISE(ABORT, 'flow versions are append-only'); END;
CREATE TRIGGER flow_versions_no_delete BEFORE DELETE ON flow_versions
  BEGIN SELECT RAISE(ABORT, 'flow versions are append-only'); END;
`;
