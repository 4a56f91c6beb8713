/** Incidents and the flood, as outsiders read them. */
import { Type } from 'typebox';
import { ColourShape } from './alarm.ts';
import { Id, Instant, oneOf, orNull } from './basics.ts';

const Count = Type.Integer({ minimum: 0 });
const Colours = Type.Object({ blue: Count, yellow: Count, orange: Count, red: Count });
const AlarmId = Type.String({ description: 'Id of an alarm' });

export const IncidentShape = Type.Object(
  {
    id: Type.String(),
    number: Type.Integer({ description: 'For people; counts from 1' }),
    revision: Type.Integer(),
    state: oneOf(['open', 'closed']),
    openedAt: Instant,
    closedAt: orNull(Instant),
    cause: orNull(Type.String({ description: 'The alarm that explains the others, when one is known' })),
    firstOut: orNull(Type.String({ description: '首发: the alarm whose onset was first by device time' })),
    firstOutAt: Instant,
    colour: ColourShape,
    highestColour: ColourShape,
    members: Type.Integer({ description: 'Alarms that ever joined; the other counts are of open ones' }),
    open: Count,
    active: Count,
    unacknowledged: Count,
    causes: Type.Integer({ description: 'Open alarms that no other explains' }),
    symptoms: Count,
    folded: Type.Integer({ description: 'Symptoms that did not ring because their cause had' }),
    silentPoints: Type.Integer({ description: 'Points that fell silent with an absent gateway' }),
    colours: Colours,
    areas: Type.Record(Type.String(), Count),
    lifelines: Type.Record(Type.String(), Count),
    facilities: Type.Array(Type.String(), { description: 'In order of joining, at most 100' }),
    gateways: Type.Array(Type.String()),
  },
  {
    description:
      'Alarms that belong together. Totals are of the whole incident, whoever asks; its places, with their counts, and ' +
      'the alarms it names are those that the caller may see, the others left out or null',
  },
);

export const IncidentQueryShape = {
  state: Type.Optional(oneOf(['open', 'all'], 'open when absent')),
  area: Type.Optional(Id),
  lifeline: Type.Optional(Id),
  facility: Type.Optional(Id),
};

export const SilentPointShape = Type.Object({
  point: Type.String(),
  device: Type.String(),
  facility: Type.String(),
  gateway: Type.String(),
  lastReceivedAt: orNull(Instant),
});

const counts = {
  open: Count,
  unacknowledged: Count,
  folded: Count,
  colour: ColourShape,
  colours: Colours,
};
const PlaceGroup = Type.Object({ id: Type.String(), ...counts });

export const FloodShape = Type.Object(
  {
    active: Type.Boolean({ description: 'More than 10 rings in 10 minutes, until fewer than 5' }),
    since: orNull(Instant),
    endedAt: orNull(Instant),
    rings: Type.Integer({ description: 'Since it began' }),
    peak: Type.Integer({ description: 'Most rings in any ten minutes of it' }),
  },
  { description: 'The flood of alarms: the present one, else the last' },
);

export const FloodPictureShape = Type.Object({
  flood: FloodShape,
  perMinute: Type.Array(Count, { description: 'Rings in each of the last ten minutes, oldest first' }),
  open: Count,
  incidents: Type.Array(
    Type.Object({
      id: Type.String(),
      number: Type.Integer(),
      cause: orNull(AlarmId),
      firstOut: orNull(AlarmId),
      firstOutAt: Instant,
      openedAt: Instant,
      ...counts,
    }),
    { description: 'The worst twenty, of the alarms that the caller may see' },
  ),
  moreIncidents: Count,
  alone: Type.Integer({ description: 'Open alarms of no incident' }),
  lifelines: Type.Array(PlaceGroup),
  areas: Type.Array(PlaceGroup),
});
