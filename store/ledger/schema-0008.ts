/** Alarms by when they returned and their events by when they happened, for the figures of quality. */
export const QUALITY_SCHEMA = `
CREATE INDEX alarms_by_return ON alarms (document ->> '$.returnedAt');
CREATE INDEX alarm_events_by_time ON alarm_events (document ->> '$.at');
`;
