/** The alarm and what may be done to it, as outsiders read and write them (design §5). */
import { Type } from 'typebox';
import { COLOURS } from '#domain/colour.ts';
import { ISA_STATES } from '#domain/isa-state.ts';
import { HEARD, RAISED_SUBJECT_MAX, RAISED_TEXT_MAX } from '#domain/raise.ts';
import { Id, Instant, InstantInput, oneOf, orNull, PointId } from './basics.ts';

const Text = Type.String({ minLength: 1, maxLength: 1_000 });
const Name = orNull(Type.String());

export const ColourShape = oneOf(COLOURS);
export const VERDICTS = [
  'true-alarm',
  'false-alarm',
  'equipment-fault',
  'biogas',
  'construction',
  'drill',
] as const;
const SUPPRESSIONS = ['none', 'shelved', 'suppressed-by-design', 'out-of-service'] as const;

const SuppressionShape = Type.Object({
  kind: oneOf(['shelved', 'suppressed-by-design', 'out-of-service']),
  by: Type.String(),
  reason: Type.String(),
  since: Instant,
  until: orNull(Instant),
  cause: Type.Optional(
    Type.Object(
      { kind: oneOf(['parent', 'interlock']), alarm: Name, point: Name },
      { description: 'By design: the alarm or the condition (no alarm) that makes this one expected' },
    ),
  ),
});

const ExplanationShape = Type.Object({
  code: Type.String(),
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});

const AlarmIncidentShape = Type.Object(
  {
    id: Type.String(),
    role: oneOf(['cause', 'symptom', 'related']),
    by: orNull(Type.String({ description: 'Of a symptom: the alarm that explains it' })),
    why: orNull(ExplanationShape),
    folded: Type.Boolean({ description: 'It would have rung; it does when its cause is over and it is not' }),
  },
  { description: 'Its place in its incident; absent while it stands alone' },
);

export const AlarmShape = Type.Object(
  {
    id: Type.String(),
    revision: Type.Integer({ description: 'Send it back with every action' }),
    sequence: Type.Integer(),
    point: Name,
    device: Name,
    facility: Name,
    area: Name,
    lifeline: Name,
    gateway: Name,
    rule: Type.String(),
    ruleVersion: Type.Integer(),
    limit: Type.String(),
    colour: ColourShape,
    highestColour: ColourShape,
    active: Type.Boolean(),
    state: oneOf(['unacknowledged', 'acknowledged', 'returned-unacknowledged', 'normal']),
    latched: Type.Boolean(),
    isaState: Type.Optional(
      oneOf(ISA_STATES, 'Letter of ISA-18.2 made of active, state, latched and suppression; not on events'),
    ),
    suppression: oneOf(SUPPRESSIONS, 'The strongest in force'),
    suppressions: Type.Array(SuppressionShape),
    value: orNull(Type.Number()),
    unit: Name,
    limitValue: orNull(Type.Number()),
    onsetAt: Instant,
    returnedAt: orNull(Instant),
    acknowledgedAt: orNull(Instant),
    acknowledgedBy: Name,
    acknowledgementExpiresAt: Type.Optional(
      Type.Integer({
        description:
          'Still active then, it is unacknowledged again and rings; acknowledging once more renews it. ' +
          'Absent where the acknowledgement holds for ever',
      }),
    ),
    historical: Type.Boolean(),
    withdrawn: Type.Optional(Type.Literal(true)),
    unjournaled: Type.Optional(Type.Literal(true)),
    verdict: orNull(oneOf(VERDICTS)),
    explanation: ExplanationShape,
    incident: Type.Optional(AlarmIncidentShape),
  },
  { description: 'One episode of one rule on one point, gateway or the platform' },
);

export const AlarmEventShape = Type.Object({
  sequence: Type.Integer(),
  change: Type.String(),
  at: Instant,
  by: Name,
  note: Name,
  ring: Type.Boolean(),
  reason: Type.String({ description: 'Why it rang or did not' }),
  alarm: AlarmShape,
});

const revision = Type.Integer({ minimum: 0, description: 'Of the alarm on the screen of the person' });
const note = Type.Optional(Text);
const strict = { additionalProperties: false };

/** Body of `POST /alarms/{id}/<action>` for each action. */
export const ActionBodies = {
  acknowledge: Type.Object({ revision, note }, strict),
  shelve: Type.Object(
    {
      revision,
      until: InstantInput,
      reason: Text,
      secondPerson: Type.Optional(
        Type.String({ maxLength: 64, description: 'User name; needed for orange and red' }),
      ),
    },
    strict,
  ),
  unshelve: Type.Object({ revision, note }, strict),
  'out-of-service': Type.Object({ revision, reviewAt: InstantInput, reason: Text }, strict),
  'in-service': Type.Object({ revision, note }, strict),
  reset: Type.Object({ revision, note }, strict),
  note: Type.Object({ revision, text: Text }, strict),
  verdict: Type.Object({ revision, verdict: orNull(oneOf(VERDICTS)), note }, strict),
} as const;

/** Body of `POST /alarms`. */
export const RaiseBody = Type.Object(
  {
    heard: Type.Optional(oneOf(HEARD, 'How it became known: somebody called, or it was seen on patrol')),
    subject: Type.String({
      minLength: 1,
      maxLength: RAISED_SUBJECT_MAX,
      description:
        'What it is about, in a few words; the same of one person at one place is one alarm while open',
    }),
    text: Type.String({ minLength: 1, maxLength: RAISED_TEXT_MAX, description: 'What people shall read' }),
    colour: ColourShape,
    facility: Type.Optional(Id),
    area: Type.Optional(Id),
    lifeline: Type.Optional(Id),
  },
  { ...strict, description: 'A facility, or an area and a lifeline, says where' },
);

export const AlarmQuery = Type.Object({
  state: Type.Optional(oneOf(['open', 'all'], 'open when absent')),
  colour: Type.Optional(ColourShape),
  area: Type.Optional(Id),
  lifeline: Type.Optional(Id),
  facility: Type.Optional(Id),
  incident: Type.Optional(Id),
  point: Type.Optional(PointId),
  onsetBefore: Type.Optional(
    Type.String({ maxLength: 40, description: 'Only those whose onset lies before this time' }),
  ),
});
