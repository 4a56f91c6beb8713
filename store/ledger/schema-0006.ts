/** Versions of the rule catalogue (rule-versions.ts). */
export const RULE_VERSIONS_SCHEMA = `
CREATE TABLE rule_versions (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  version TEXT NOT NULL CHECK (json_valid(version)),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE TRIGGER rule_versions_no_update BEFORE UPDATE ON rule_versions
  BEGIN SELECT RAISE(ABORT, 'rule versions are append-only'); END;
CREATE TRIGGER rule_versions_no_delete BEFORE DELETE ON rule_versions
  BEGIN SELECT RAISE(ABORT, 'rule versions are append-only'); END;
`;
