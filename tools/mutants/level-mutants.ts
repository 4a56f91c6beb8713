/**
 * The level machine: delays, samples, silence, latches. Not among them: that a due delay fires after its instant (the clock
 * would stand still), and that silence keeps the samples of an off-delay it ended (nothing reads them).
 */
import type { Change } from './change.ts';

export const LEVEL: readonly Change[] = [
  [
    'a doubtful sample stops an on-delay',
    'if (trusted && overSince !== null &&',
    'if (overSince !== null &&',
  ],
  ['nothing stops an on-delay', 'level.overSince = level.run = null;\n    return', 'return'],
  ['a stray ends a counted on-delay', '!tolerates(level, onSpan)) level.overSince', 'true) level.overSince'],
  ['no on-delay', 'if (level.onDelayMs === 0) return activate', 'if (level.onDelayMs >= 0) return activate'],
  ['an on-delay begins anew with each sample', 'if (overSince === null) {', 'if (level.onDelayMs > 0) {'],
  ['an on-delay counts no samples', 'level.run = onSpan === null ? null : beginRun();', 'level.run = null;'],
  ['an agreeing sample is not counted on the way in', '  countSample(run, onSpan, true);\n', ''],
  [
    'an overdue on-delay waits for ever',
    'run.strays.length === 0 ? STEP.nothing : overdueOr(level, now)',
    'STEP.nothing',
  ],
  [
    'an off-delay runs on at the limit',
    'reached || !tolerates(level, offSpan)',
    '!tolerates(level, offSpan)',
  ],
  [
    'an off-delay runs on between clear limit and limit',
    '(reached || !tolerates(level, offSpan))) level.clearSince',
    'reached) level.clearSince',
  ],
  ['a doubtful sample clears', '  if (!trusted) return STEP.nothing;\n', ''],
  [
    'no off-delay',
    'if (level.offDelayMs === 0) return deactivate',
    'if (level.offDelayMs >= 0) return deactivate',
  ],
  ['an off-delay begins anew with each sample', 'if (clearSince === null) {', 'if (level.offDelayMs > 0) {'],
  [
    'an off-delay counts no samples',
    'level.run = offSpan === null ? null : beginRun();',
    'level.run = null;',
  ],
  ['an agreeing sample is not counted on the way out', '  countSample(run, offSpan, true);\n', ''],
  [
    'an overdue delay fires a moment late',
    '  if (due > now) return STEP.timer;',
    '  if (due >= now) return STEP.timer;',
  ],
  [
    'an overdue delay goes the wrong way',
    'return level.active ? deactivate(level) : activate(level);',
    'return level.active ? activate(level) : deactivate(level);',
  ],
  [
    'a worse level does not carry the milder',
    'milder.overSince !== null) activate(milder)',
    'milder.overSince === null) activate(milder)',
  ],
  [
    'a worse level carries those of the other side',
    'milder.side === worse.side && milder.overSince',
    'milder.overSince',
  ],
  [
    'a level that is not active carries',
    'if (worse === undefined || !worse.active) continue;',
    'if (worse === undefined) continue;',
  ],
  ['a delay ends on a stray', '  if (run !== null && run.strays.at(-1) === run.samples) return null;\n', ''],
  [
    'an off-delay ends without its samples',
    'if (level.clearSince === null || !hasEnough(level, level.offSpan)) return null;',
    'if (level.clearSince === null) return null;',
  ],
  [
    'an off-delay takes the time of the on-delay',
    'level.clearSince + level.offDelayMs',
    'level.clearSince + level.onDelayMs',
  ],
  [
    'a strayed on-delay ends without its samples',
    '  if (run !== null && run.strays.length > 0 && !hasEnough(level, level.onSpan)) return null;\n',
    '',
  ],
  [
    'silence stops an on-delay',
    'run.strays.length > 0 && !hasEnough(level, level.onSpan)',
    '!hasEnough(level, level.onSpan)',
  ],
  [
    'an on-delay takes the time of the off-delay',
    'level.overSince + level.onDelayMs',
    'level.overSince + level.offDelayMs',
  ],
  ['one sample too many is needed', 'agreed(run, span) >= span.need', 'agreed(run, span) > span.need'],
  ['one sample is enough', 'agreed(run, span) >= span.need', 'agreed(run, span) >= 1'],
  [
    'only the last level has a due time',
    'next = Math.min(next, dueOf(level) ?? Infinity)',
    'next = dueOf(level) ?? Infinity',
  ],
  [
    'delays fire before they are due',
    'if (due === null || due > now) continue;',
    'if (due === null) continue;',
  ],
  [
    'a due off-delay does not clear',
    'if (level.active) deactivate(level);\n    else activate(level);',
    'activate(level);',
  ],
  ['a due delay is not told', '    changed = true;\n', ''],
  [
    'silence lets an off-delay run on',
    '    level.clearSince = null;\n    level.run = null;\n  }\n}\n\n/** Worst',
    '  }\n}\n\n/** Worst',
  ],
  [
    'the mildest level is in force',
    'for (let at = levels.length - 1; at >= 0; at -= 1) {\n    const level = levels[at];\n    if (level !== undefined && (level.active',
    'for (let at = 0; at < levels.length; at += 1) {\n    const level = levels[at];\n    if (level !== undefined && (level.active',
  ],
  [
    'a latch does not hold the level',
    '(level.active || level.held)) return level',
    'level.active) return level',
  ],
  [
    'only the first level counts as active',
    'if (level.active) return true;\n  return false;\n}\n\nexport function anyHeld',
    'return level.active;\n  return false;\n}\n\nexport function anyHeld',
  ],
  ['no alarm says that it is latched', 'if (level.held) return true;', 'if (level.held) return false;'],
  ['no level latches', 'level.held = level.latch;', 'level.held = false;'],
  ['every level latches', 'level.held = level.latch;', 'level.held = true;'],
  [
    'a latch ends with its cause',
    '  level.active = false;\n',
    '  level.active = false;\n  level.held = false;\n',
  ],
  ['a level never becomes active', '  level.active = true;\n', ''],
  ['a level never becomes inactive', '  level.active = false;\n', ''],
];
