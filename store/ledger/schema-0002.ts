/** Second step: the facility graph. */
export const EDGES_SCHEMA = `
CREATE TABLE edges (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL,
  "from" TEXT GENERATED ALWAYS AS (document ->> '$.from'),
  "to" TEXT GENERATED ALWAYS AS (document ->> '$.to')
) STRICT;
`;
