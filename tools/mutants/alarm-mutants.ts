/** The alarm machine's other decisions, and the end of an acknowledgement. */
import type { Change } from './change.ts';

export const ALARM: readonly Change[] = [
  [
    'an onset above a shelf does not end it',
    'endShelfOnRise(slot, standing.colour);\n  if (slot.alarm !== null) keepClosed',
    'if (slot.alarm !== null) keepClosed',
  ],
  [
    'the alarm before it is forgotten at a new onset',
    '  if (slot.alarm !== null) keepClosed(turn.state, slot, slot.alarm);\n',
    '',
  ],
  [
    'an onset is not active',
    "active: true,\n    state: after('normal'",
    "active: false,\n    state: after('normal'",
  ],
  [
    'an onset remembers no colour',
    'highestColour: standing.colour,\n    active: true',
    "highestColour: 'blue',\n    active: true",
  ],
  [
    'an onset is silent',
    "change: 'raised', alarm, reason: 'raised'",
    "change: 'raised', alarm, reason: 'returned'",
  ],
  ['nobody is said to have raised it', '...(by === undefined ? {} : { by })', ''],
  ['a rise does not end the shelf', 'if (up) endShelfOnRise(slot, standing.colour);', ''],
  ['a rise does not ask again', "up ? rearmed(before, 'onset') : before", 'before'],
  ['a fall asks again', "up ? rearmed(before, 'onset') : before", "rearmed(before, 'onset')"],
  [
    'the highest colour follows down before it is taken',
    '...armed, ...shown(standing), highestColour: highest(armed, standing.colour)',
    '...armed, ...shown(standing), highestColour: standing.colour',
  ],
  ['a rise is silent', "reason: up ? 'colour-up' : 'colour-down'", "reason: 'colour-down'"],
  ['a fall rings', "reason: up ? 'colour-up' : 'colour-down'", "reason: 'colour-up'"],
  [
    'a change of colour is told as one of the limit',
    "standing.colour === before.colour ? 'limit' : 'colour'",
    "'limit'",
  ],
  [
    'a change of the limit is told as one of colour',
    "standing.colour === before.colour ? 'limit' : 'colour'",
    "'colour'",
  ],
  [
    'coming again above a shelf does not end it',
    "endShelfOnRise(slot, standing.colour);\n  const alarm: Alarm = {\n    ...rearmed(before, 'onset'),",
    "const alarm: Alarm = {\n    ...rearmed(before, 'onset'),",
  ],
  ['coming again does not ask again', "...rearmed(before, 'onset'),", '...before,'],
  [
    'coming again forgets the highest colour',
    'worseColour(before.highestColour, standing.colour)',
    'standing.colour',
  ],
  [
    'coming again is not active',
    'active: true,\n    returnedAt: null,\n  };\n  publish',
    'active: false,\n    returnedAt: null,\n  };\n  publish',
  ],
  [
    'coming again still shows the return',
    '    active: true,\n    returnedAt: null,\n  };\n  publish',
    '    active: true,\n  };\n  publish',
  ],
  [
    'coming again is silent',
    "change: 'reactivated', alarm, reason: 'reactivated'",
    "change: 'reactivated', alarm, reason: 'returned'",
  ],
  [
    'a latch does not hold at the return',
    "before.latched ? before.state : after(before.state, 'return')",
    "after(before.state, 'return')",
  ],
  ['every return is held', "before.latched ? before.state : after(before.state, 'return')", 'before.state'],
  [
    'a return leaves it active',
    '...before, active: false, state, returnedAt',
    '...before, active: true, state, returnedAt',
  ],
  ['a return has no time', 'state, returnedAt, value: value', 'state, returnedAt: null, value: value'],
  ['a return keeps the old value', 'value: value ?? before.value', 'value: before.value'],
  ['an end is told as a return', "state === 'normal' ? 'normal' : 'returned'", "'returned'"],
  ['a return is told as an end', "state === 'normal' ? 'normal' : 'returned'", "'normal'"],
  [
    'a return rings',
    "'returned', alarm, reason: 'returned' });\n}\n\n/** An officer",
    "'returned', alarm, reason: 'raised' });\n}\n\n/** An officer",
  ],
  ['taking never ends it', "after(before.state, 'acknowledge')", "'acknowledged'"],
  [
    'taking does not take the highest colour',
    "state === 'normal' ? before.highestColour : before.colour",
    'before.highestColour',
  ],
  [
    'an ended one forgets its highest colour',
    "state === 'normal' ? before.highestColour : before.colour",
    'before.colour',
  ],
  ['taking has no time', 'acknowledgedAt: turn.wall', 'acknowledgedAt: null'],
  [
    'taking has no name',
    'acknowledgedBy: by,\n  };\n  beginLapse',
    'acknowledgedBy: null,\n  };\n  beginLapse',
  ],
  [
    'renewing does not begin the time anew',
    '  beginLapse(turn, slot, alarm);\n',
    "  if (before.state !== 'acknowledged') beginLapse(turn, slot, alarm);\n",
  ],
  ['an acknowledgement never ends', '  beginLapse(turn, slot, alarm);\n', ''],
  [
    'renewing looks like taking',
    "before.state === 'acknowledged' ? 'renewed' : 'acknowledged'",
    "'acknowledged'",
  ],
  [
    'its end is silent',
    "change: 're-alarmed', alarm, reason: 're-alarm'",
    "change: 're-alarmed', alarm, reason: 'returned'",
  ],
  [
    'a reset leaves the latch',
    "over(turn, before), latched: false, state: 'normal'",
    "over(turn, before), state: 'normal'",
  ],
  ['a reset leaves it open', "latched: false, state: 'normal' }", 'latched: false }'],
  ['a reset leaves it active', '{ ...before, ...over(turn, before), latched', '{ ...before, latched'],
  [
    'a reset above a level that holds leaves the latch',
    '...shown(standing), latched: false, highestColour',
    '...shown(standing), latched: true, highestColour',
  ],
  [
    'a reset above a level that holds keeps the highest colour',
    'latched: false, highestColour: standing.colour',
    'latched: false',
  ],
  ['what ends with its point keeps its shelf', '  slot.suppressions = [];\n', ''],
  [
    'what ends with its point stays open',
    "...withoutCause(turn, slot.alarm, code), state: 'normal' }",
    '...withoutCause(turn, slot.alarm, code) }',
  ],
  ['an end without a person rings', "alarm, reason: 'closed'", "alarm, reason: 'raised'"],
  [
    'a taken one whose limit is gone stays',
    "if (state === 'normal' || state === 'acknowledged') return close(turn, slot, code);",
    "if (state === 'normal') return close(turn, slot, code);",
  ],
  [
    'a lost limit takes the alarm',
    "if (state === 'normal' || state === 'acknowledged') return close(turn, slot, code);",
    'return close(turn, slot, code);',
  ],
  [
    'a lost limit is told twice',
    "  if (state === 'returned-unacknowledged' && !active && !latched && explanation.code === code) return;\n",
    '',
  ],
  [
    'a lost limit leaves it where it was',
    "{ ...withoutCause(turn, slot.alarm, code), state: 'returned-unacknowledged' }",
    'withoutCause(turn, slot.alarm, code)',
  ],
  [
    'without a cause it is still active',
    'active: false,\n  latched: false,\n  returnedAt',
    'active: true,\n  latched: false,\n  returnedAt',
  ],
  ['without a cause it is still latched', 'latched: false,\n  returnedAt', 'returnedAt'],
  [
    'without a cause it has no return',
    '  returnedAt: alarm.returnedAt ?? turn.wall,\n  explanation',
    '  explanation',
  ],
  [
    'without a cause it does not say why',
    '  explanation: { code, params: { ...alarm.explanation.params, was: alarm.explanation.code } },\n',
    '',
  ],
  [
    'a new limit takes the highest colour away',
    '...before, ...shown(standing), highestColour: highest(before, standing.colour)',
    '...before, ...shown(standing), highestColour: standing.colour',
  ],
  ['a new limit rings', "reason: 'limit-changed' satisfies AnnounceReason", "reason: 'raised'"],
  ['asking again keeps who took it', '  acknowledgedBy: null,\n});', '});'],
  [
    'asking again keeps when it was taken',
    '  acknowledgedAt: null,\n  acknowledgedBy: null,\n});',
    '  acknowledgedBy: null,\n});',
  ],
  [
    'a taken one remembers the highest colour',
    "alarm.state === 'acknowledged' ? colour : worseColour(alarm.highestColour, colour)",
    'worseColour(alarm.highestColour, colour)',
  ],
  [
    'nobody remembers the highest colour',
    "alarm.state === 'acknowledged' ? colour : worseColour(alarm.highestColour, colour)",
    'colour',
  ],
  ['a shelf ends at its own colour', 'colourRank(colour) <= one.rank', 'colourRank(colour) < one.rank'],
  ['a shelf outlives a rise', "one.kind !== 'shelved' || colourRank(colour) <= one.rank", 'true'],
  ['a rise ends out of service', "one.kind !== 'shelved' || colourRank", 'colourRank'],
];

export const LAPSE: readonly Change[] = [
  [
    'historical ones are asked for again',
    'afterMs === undefined || taken.historical',
    'afterMs === undefined',
  ],
  ['the time of the taking before it goes on', '  slot.lapse = null;\n  if', '  if'],
  ['the time has no deadline', '  pushLapse(turn.state.deadlines, slot);\n', ''],
  [
    'a return does not end the time',
    "if (alarm.state !== 'acknowledged' || !alarm.active) slot.lapse = null;",
    "if (alarm.state !== 'acknowledged') slot.lapse = null;",
  ],
  [
    'a rise does not end the time',
    "if (alarm.state !== 'acknowledged' || !alarm.active) slot.lapse = null;",
    'if (!alarm.active) slot.lapse = null;',
  ],
  ['the alarm does not say until when', '{ ...rest, acknowledgementExpiresAt: slot.lapse.at }', 'rest'],
  ['the time ends a moment late', 'lapse.due <= turn.now', 'lapse.due < turn.now'],
];
