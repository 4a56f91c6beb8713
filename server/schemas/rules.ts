/** Rules, their versions, drafts and back-tests as they travel. */
import { Type } from 'typebox';
import { Id, Instant, InstantInput, oneOf, orNull } from './basics.ts';

const Texts = Type.Array(Type.String());

export const RuleShape = Type.Object({
  id: Type.String(),
  version: Type.Integer({ description: 'Names exactly one content of this rule' }),
  document: Type.Object({}, { description: 'As in a rule file' }),
});

const RunRegistry = Type.Object(
  { revision: Type.Integer(), touched: Type.Integer({ description: 'Points that changes ever touched' }) },
  { description: 'The registry it began with' },
);
const RunNoteShape = Type.Object({
  id: Type.String(),
  content: Type.String(),
  base: Type.Integer(),
  from: Instant,
  to: Instant,
  finishedAt: Instant,
  rows: Type.Integer(),
  history: Type.Optional(Type.Object({ from: Instant, through: Instant })),
  registry: Type.Optional(RunRegistry),
  alarmsBefore: Type.Integer(),
  alarmsAfter: Type.Integer(),
  added: Type.Integer(),
  removed: Type.Integer(),
  changed: Type.Integer(),
});

export const VersionShape = Type.Object({
  number: Type.Integer({ description: 'Counts from 1; the newest is in force' }),
  revision: Type.String({ description: 'Hash of its content' }),
  origin: oneOf(['shipped', 'published', 'rolled-back']),
  of: orNull(Type.Integer({ description: 'The version it brought back' })),
  at: Instant,
  by: orNull(Type.String({ description: 'Who published it; null: it came with the product' })),
  editors: Texts,
  why: Type.String(),
  run: orNull(RunNoteShape),
  rulesChanged: Texts,
  settingsChanged: Texts,
});

export const RuleStepShape = Type.Object({
  version: VersionShape,
  rule: orNull(Type.Object({}, { description: 'From then on; null: it went' })),
});

const Changes = {
  rules: Type.Optional(
    Type.Array(Type.Object({}), { maxItems: 500, description: 'New, and in place of those of their ids' }),
  ),
  removed: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 500 })),
  settings: Type.Optional(Type.Object({}, { description: 'In place of those of their names' })),
};
export const ChangesBody = Type.Object(Changes, { additionalProperties: false });

const Title = Type.String({ maxLength: 200 });
const Revision = Type.Integer({ minimum: 0, description: 'Of the draft as you saw it' });
export const NewDraftBody = Type.Object(
  { id: Id, title: Type.Optional(Title), ...Changes },
  { additionalProperties: false },
);
export const DraftBody = Type.Object(
  { revision: Revision, title: Type.Optional(Title), ...Changes },
  { additionalProperties: false },
);
export const RevisionBody = Type.Object({ revision: Revision }, { additionalProperties: false });
export const PublishBody = Type.Object(
  { revision: Revision, why: Type.String({ maxLength: 1_000 }) },
  { additionalProperties: false },
);
export const FromBody = Type.Object({ id: Id }, { additionalProperties: false });

export const DraftShape = Type.Object({
  id: Type.String(),
  revision: Type.Integer(),
  title: Type.String(),
  base: Type.Integer({ description: 'The version it changes; stale once another is in force' }),
  changes: Type.Object({ rules: Type.Array(Type.Object({})), removed: Texts, settings: Type.Object({}) }),
  content: Type.String({ description: 'Hash of the catalogue it makes' }),
  editors: Type.Array(Type.String(), { description: 'None of them may publish it' }),
  savedAt: Instant,
  run: orNull(RunNoteShape),
  merges: orNull(Type.String()),
});

const FaultShape = Type.Object({
  rule: orNull(Type.String()),
  code: Type.String({ description: 'Stable' }),
  detail: Type.String(),
});
export const AssessmentShape = Type.Object({
  faults: Type.Array(FaultShape),
  content: Type.String({ description: 'Empty with faults' }),
});

export const RunBody = Type.Object(
  {
    draft: Id,
    from: InstantInput,
    to: InstantInput,
    facilities: Type.Optional(Type.Array(Id, { maxItems: 1_000 })),
    labels: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ maxLength: 200 }),
            point: Type.Optional(Type.String({ maxLength: 129 })),
            facility: Type.Optional(Id),
            from: InstantInput,
            to: InstantInput,
          },
          { additionalProperties: false },
        ),
        { maxItems: 500 },
      ),
    ),
  },
  { additionalProperties: false },
);

const Load = Type.Object({
  alarms: Type.Integer(),
  byColour: Type.Object({}),
  perShift: Type.Array(Type.Integer()),
  peakPer10Min: Type.Integer(),
  floods: Type.Integer(),
  chattering: Type.Integer(),
});
/** Two catalogues side by side on the same data. */
const Report = {
  before: Load,
  after: Load,
  same: Type.Integer(),
  added: Type.Array(Type.Object({})),
  removed: Type.Array(Type.Object({})),
  changed: Type.Array(Type.Object({ before: Type.Object({}), after: Type.Object({}) })),
  unlisted: Type.Integer({ description: 'Differences counted but not listed' }),
  differences: Type.Object(
    { added: Type.Integer(), removed: Type.Integer(), changed: Type.Integer() },
    { description: 'How many there are of each, listed or not' },
  ),
  detection: Type.Array(
    Type.Object({
      label: Type.String(),
      before: orNull(Type.Number({ description: 'ms from its begin to the first alarm; null: none' })),
      after: orNull(Type.Number()),
    }),
  ),
  rows: Type.Integer(),
};
export const RunShape = Type.Object({
  id: Type.String(),
  draft: Type.String(),
  content: Type.String(),
  base: Type.Integer(),
  from: Instant,
  to: Instant,
  facilities: orNull(Texts),
  by: Type.String(),
  startedAt: Instant,
  registry: Type.Optional(RunRegistry),
  state: oneOf(['running', 'finished', 'failed', 'cancelled']),
  progress: Type.Number({ description: '0 to 1' }),
  trouble: orNull(Type.String({ description: 'Why it did not finish, or why the draft does not count it' })),
  finishedAt: orNull(Instant),
  endedBy: Type.Optional(Type.String({ description: 'Who cancelled it' })),
  outcome: orNull(
    Type.Object({
      ...Report,
      coveredThrough: Instant,
      history: Type.Optional(orNull(Type.Object({ from: Instant, through: Instant }))),
      damagedChunks: Type.Integer({ description: 'Passed over, for they could not be read' }),
      cpuMs: Type.Integer(),
    }),
  ),
});

export const UnboundShape = Type.Object({
  point: Type.String(),
  facility: orNull(Type.String()),
  levels: Type.Array(
    Type.Object({
      rule: Type.String(),
      level: orNull(Type.String({ description: 'Null: the whole rule' })),
      reason: Type.String({ description: 'English, for the engineer: mostly an attribute that is missing' }),
    }),
  ),
});

export const ShadowBody = Type.Object({ draft: Id }, { additionalProperties: false });
export const ShadowShape = Type.Object({
  id: Type.String(),
  draft: Type.String(),
  content: Type.String({ description: 'What it judges, as in the draft' }),
  base: Type.Integer({ description: 'Number of the version beside it' }),
  by: Type.String(),
  startedAt: Instant,
  state: oneOf(
    ['running', 'paused', 'failed', 'ended'],
    'paused while the disk is nearly full; failed when its process kept dying',
  ),
  trouble: orNull(
    Type.String({
      description:
        'disk-nearly-full, unknown-draft, stale-draft, stale-base, time-up, too-many-alarms, engine-changed, or what its ' +
        'process died of',
    }),
  ),
  endedAt: orNull(Instant),
  endedBy: Type.Optional(Type.String({ description: 'Who stopped it' })),
  restarts: Type.Integer({ description: 'Starts of its process after the first' }),
  behind: Type.Integer({ description: 'Inputs that wait to be judged' }),
  outcome: orNull(
    Type.Object({
      ...Report,
      judgedThrough: orNull(Instant),
      registryRevision: Type.Integer(),
      liveAlarms: Type.Integer({ description: 'Alarms at points that were really raised since it began' }),
      gaps: Type.Array(Type.Object({ from: Instant, to: Instant }), {
        description: 'Arrival times of rows that were gone before they could be judged',
      }),
    }),
  ),
});
