/** Incidents and floods as they stand now, one row each; members are found by the incident that alarms carry. */
export const INCIDENTS_SCHEMA = `
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_by_number ON incidents (number, id);
CREATE INDEX alarms_by_incident ON alarms (document ->> '$.incident.id')
  WHERE document ->> '$.incident.id' IS NOT NULL;
CREATE TABLE floods (
  since INTEGER PRIMARY KEY,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT;
`;
