/** Judged back-fills of gateways, a line each. */
export const BACKFILLS_SCHEMA = `
CREATE TABLE backfills (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  gateway TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT;
`;
