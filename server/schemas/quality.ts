/** Alarm quality and service as outsiders read them. */
import { Type } from 'typebox';
import { QUALITY_BY, QUALITY_DAYS_MAX } from '#domain/quality/quality.ts';
import { Instant, oneOf, orNull } from './basics.ts';

const Share = Type.Number({ description: '0 to 1' });
const Count = Type.Integer();

const Load = Type.Object(
  {
    rings: Count,
    per10Min: Type.Number({ description: 'EEMUA 191: 1 is good, 2 is the most' }),
    perDay: Type.Number({ description: 'ISA-18.2: about 150 is acceptable, 300 the most' }),
    peakPer10Min: Count,
    busySlotShare: Type.Number({ description: 'Share of ten-minute slots with more than 10' }),
    busyHourShare: Type.Number({ description: 'Share of hours with more than 30' }),
    floods: Count,
    floodMinutes: Type.Number({ description: 'From more than 10 in 10 minutes until fewer than 5' }),
  },
  { description: 'What people heard' },
);
const Mix = Type.Object({ blue: Count, yellow: Count, orange: Count, red: Count });
const Nuisance = Type.Object({
  chattering: Type.Integer({ description: 'Alarms that came three times or more within a minute' }),
  chatteringOnsets: Count,
  fleeting: Type.Integer({ description: 'Over within a minute, and not chattering' }),
  stale: Type.Integer({ description: 'Active for more than 24 h at the end of the period' }),
  badActors: Type.Array(
    Type.Object({
      point: orNull(Type.String()),
      gateway: orNull(Type.String()),
      rule: Type.String(),
      rings: Count,
      share: Share,
    }),
  ),
  topTenShare: Share,
});
const Response = Type.Object({
  asked: Count,
  answered: Type.Integer({ description: 'Taken, shelved or put out of service by a person' }),
  inTime: Count,
  tooLate: Count,
  inTimeShare: orNull(Share),
  limitMs: orNull(Type.Integer({ description: 'Of the settings of the rules' })),
  medianMs: orNull(Type.Number()),
  p90Ms: orNull(Type.Number()),
  longestMs: orNull(Type.Number()),
});
const Service = Type.Object(
  {
    gateways: Type.Integer({ description: 'In service: not retired, and heard at least once' }),
    points: Count,
    gatewaysOnline: orNull(Share),
    pointsOnline: orNull(Share),
    pointsValid: orNull(Share),
  },
  { description: '在线率 and valid data, by time, from the alarms about silence' },
);
const figures = {
  load: Load,
  mix: Mix,
  nuisance: Nuisance,
  response: Type.Object({ blue: Response, yellow: Response, orange: Response, red: Response }),
  service: Service,
};

export const QualityShape = Type.Object({
  from: Instant,
  to: Instant,
  by: oneOf(QUALITY_BY),
  complete: Type.Boolean({ description: 'False: too many events for one question, the newest are missing' }),
  since: orNull(
    Type.Integer({ description: 'When the registry first held anything: nothing was watched before' }),
  ),
  total: Type.Object(figures),
  series: Type.Array(
    Type.Object({
      from: Instant,
      rings: Mix,
      peakPer10Min: Type.Integer({ description: 'Most in one of its ten minutes' }),
    }),
    { description: 'By the hour for up to two days, else by the day; of everything within your scope' },
  ),
  groups: Type.Array(
    Type.Object({ id: orNull(Type.String({ description: 'Null: what belongs to none' })), ...figures }),
  ),
});

const Text = Type.String({ maxLength: 40, description: 'Epoch milliseconds, or ISO 8601 with an offset' });

export const QualityQueryShape = Type.Object({
  from: Type.Optional(Text),
  to: Type.Optional(
    Type.String({
      maxLength: 40,
      description: `Now when absent, and from is a day before it; ${QUALITY_DAYS_MAX} days at most`,
    }),
  ),
  by: Type.Optional(oneOf(QUALITY_BY, 'Owner unit, county or lifeline; all in one when absent')),
});
