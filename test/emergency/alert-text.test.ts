/** What a phone is told an alarm is about: of several points its rule, of a change that it is one. */
import { expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { factsOf } from '#emergency/alert-text.ts';
import { createRuleBook } from '#rules/book/book.ts';
import { ruleName } from '#rules/book/rule-name.ts';
import { SHIPPED_RULES, SHIPPED_SYSTEM } from '#rules/shipped.ts';
import { PhoneRoom } from './phone-room.ts';

const room = new PhoneRoom();
const [point = ''] = room.city.registry.points.keys();
const book = createRuleBook();
book.inForce = { format: 1, settings: {}, rules: SHIPPED_RULES };
book.shipped = { revision: 'r', content: book.inForce, system: SHIPPED_SYSTEM };
const named = (rule: string): string | null => ruleName(book, rule);
const facts = (change: Pick<Alarm, 'rule' | 'value' | 'unit' | 'limitValue'>, code: string) => {
  const nowhere = { facility: null, area: null, lifeline: null, gateway: null };
  const alarm = {
    colour: 'red',
    onsetAt: 0,
    point,
    ...nowhere,
    ...change,
    explanation: { code, params: {} },
  };
  return factsOf(alarm as unknown as Alarm, room.city.registry, named);
};

it('of several points: the rule, never what its own point measures nor how many they were', () => {
  const joined = { rule: 'plant-two-detectors', value: 2, unit: null, limitValue: 2 };
  expect(facts(joined, 'k-of-n')).toMatchObject({ quantity: '同一厂站两台探测器报警', value: '', limit: '' });
});

it('of a change: quantity and rule, and its value', () => {
  const rise = { rule: 'gas-leak-like', value: 0.2, unit: '%', limitValue: 0.2 };
  expect(facts(rise, 'window-rise')).toMatchObject({
    quantity: '甲烷（甲烷变化似燃气泄漏）',
    value: '0.2 %',
    limit: '0.2 %',
  });
});

it('of a reading: its quantity with value and limit', () => {
  const gas = { rule: 'gas-well-ch4', value: 2.6, unit: '%', limitValue: 2.5 };
  expect(facts(gas, 'limit-high')).toMatchObject({ quantity: '甲烷', value: '2.6 %', limit: '2.5 %' });
});

it('alarms of the system have names too, and what nobody knows keeps its id', () => {
  expect([named('gateway-clock'), named('no-such-rule')]).toEqual([expect.stringMatching(/网关/), null]);
});
