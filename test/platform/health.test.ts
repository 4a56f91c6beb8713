/** "Is it well?": ok, degraded by an open system alarm, failing when nothing can be acknowledged or kept. */
import { describe, expect, it } from 'vitest';
import { alarmOf } from '#test/store/ledger/events.ts';
import { healthOf } from '../../platform/health.ts';

const FIGURES = { quietMs: 900, dataQuietMs: 1_200, delayMs: 4 };
const WELL = { journalFailing: false, holding: false, store: null, ledger: null, channels: 1, ...FIGURES };
const system = alarmOf({ point: null, device: null, gateway: null, rule: 'clock-step', active: true });

describe('health', () => {
  it('is ok with alarms of wells, and with system alarms that are over', () => {
    expect(healthOf([alarmOf(), { ...system, active: false }], WELL)).toEqual({
      status: 'ok',
      reasons: [],
      ...FIGURES,
      notifications: 'ok',
    });
  });

  it('is ok while something that a flow raised is open: that is the city, not us', () => {
    expect(healthOf([{ ...system, rule: 'raised-by-flow' }], WELL).status).toBe('ok');
  });

  it('is degraded by an active alarm of the system and names it; a gateway is the field, not us', () => {
    const gateway = { ...system, rule: 'gateway-clock', gateway: 'GW-1' };
    const health = healthOf([system, gateway], WELL);
    expect(health.status).toBe('degraded');
    expect(health.reasons.map(({ code }) => code)).toEqual(['clock-step']);
    // Anybody may ask: words of the catalogue, no addresses or ids.
    expect(health.reasons[0]?.detail).toBe('Our wall clock stepped');
  });

  it.each([
    ['alarm-path-stalled', { quietMs: 15_001 }],
    ['journal-failing', { journalFailing: true }],
    ['store-backlog', { holding: true }],
    ['store-failing', { store: 'EIO: write' }],
    ['ledger-failing', { ledger: 'disk I/O error' }],
  ])('is failing with %s, first among the reasons', (code, trouble) => {
    const health = healthOf([system], { ...WELL, ...trouble });
    expect(health.status).toBe('failing');
    expect(health.reasons.map((reason) => reason.code)).toEqual([code, 'clock-step']);
  });

  it.each([
    ['ok', [], 1],
    ['off', [], 0],
    ['gaps', ['on-call-missing'], 2],
    ['off', ['on-call-missing'], 0],
    ['failing', ['on-call-missing', 'channel-failing'], 2],
    ['failing', ['channel-failing'], 0],
    ['failing', ['alerts-overflow'], 2],
  ])('says that notifications are %s with %j open and so many channels: %i', (said, rules, channels) => {
    const open = rules.map((rule) => ({ ...system, rule }));
    expect(healthOf(open, { ...WELL, channels }).notifications).toBe(said);
    const over = open.map((alarm) => ({ ...alarm, active: false }));
    expect(healthOf(over, { ...WELL, channels }).notifications).toBe(channels === 0 ? 'off' : 'ok');
  });
});
