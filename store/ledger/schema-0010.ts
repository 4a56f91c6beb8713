/**
 * When alarms were open, so that any past second finds its own without reading all of history: open ones with the span
 * of their events so far, and for ended ones a row for each day (UTC) they touched. Alarms are found by their point too.
 */
export const ALARM_PAST_SCHEMA = `
CREATE TABLE alarm_spans (
  alarm TEXT PRIMARY KEY, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE alarm_days (
  day INTEGER NOT NULL, alarm TEXT NOT NULL,
  PRIMARY KEY (day, alarm)
) STRICT, WITHOUT ROWID;
INSERT INTO alarm_spans (alarm, from_at, to_at)
  SELECT alarm, min(document ->> '$.at'), max(document ->> '$.at') FROM alarm_events GROUP BY alarm
  HAVING alarm IN (SELECT id FROM alarms WHERE document ->> '$.state' <> 'normal' AND NOT document ->> '$.historical');
INSERT INTO alarm_days (day, alarm)
  WITH RECURSIVE days (alarm, day, last) AS (
    SELECT alarm, min(document ->> '$.at') / 86400000, max(document ->> '$.at') / 86400000
      FROM alarm_events GROUP BY alarm HAVING alarm NOT IN (SELECT alarm FROM alarm_spans)
    UNION ALL SELECT alarm, day + 1, last FROM days WHERE day < last
  ) SELECT day, alarm FROM days;
CREATE INDEX alarms_by_point ON alarms (document ->> '$.point', onset_at, id);
`;
