/** Messages to people: the newest state of each, found by alarm. */
export const NOTIFICATIONS_SCHEMA = `
CREATE TABLE notifications (
  id TEXT PRIMARY KEY,
  alarm TEXT,
  created_at INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_by_alarm ON notifications (alarm, created_at, id);
`;
