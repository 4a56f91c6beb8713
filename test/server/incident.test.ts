/** Incidents and the flood over the API and the socket, each person within their scope. */
import { Check } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AlarmIncident, INCIDENT_PLACES_MAX } from '#domain/incident.ts';
import { PAGE_MAX } from '#server/paging.ts';
import { page } from '#server/schemas/basics.ts';
import { FloodPictureShape, FloodShape, IncidentShape, SilentPointShape } from '#server/schemas/incident.ts';
import { incidentOf } from '../store/ledger/events.ts';
import { openConsole, type Console } from './console.ts';
import { EAST, openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const get = async (username: string, path: string) => house.ask(username, 'GET', `/api/v1/${path}`);
const idsOf = async (username: string, path: string): Promise<string[]> =>
  (await get(username, path)).json().items.map((one: { id: string }) => one.id);
const at = (id: string, role: AlarmIncident['role'], folded = false): AlarmIncident => ({
  id,
  role,
  by: role === 'symptom' ? 'cause' : null,
  why: null,
  folded,
});
const west = incidentOf({ id: 'west', number: 1, facilities: ['W-1'], gateways: ['GW-1'] });
const east = incidentOf({ id: 'east', number: 2, facilities: ['U-1'], gateways: ['GW-2'] });
const open = (...incidents: (typeof west)[]): void => {
  for (const incident of incidents) house.city.tell({ kind: 'incident', at: 0, incident, placed: [] });
};

describe('the list of incidents', () => {
  it('holds the open ones, newest first, each person’s own', async () => {
    open(west, east);
    const reply = (await get('viewer', 'incidents')).json();
    expect(Check(page(IncidentShape), reply)).toBe(true);
    expect(await idsOf('viewer', 'incidents')).toEqual(['east', 'west']);
    expect(await idsOf('gas-west', 'incidents')).toEqual(['west']);
    expect(await idsOf('drain-east', 'incidents')).toEqual(['east']);
    expect(await idsOf('viewer', 'incidents?facility=U-1')).toEqual(['east']);
    expect(await idsOf('viewer', 'incidents?lifeline=gas')).toEqual(['west']);
    expect(await idsOf('viewer', 'incidents?area=371700')).toEqual(['east', 'west']);
    expect((await get('gas-west', 'incidents/east')).statusCode).toBe(404);
    expect((await get('gas-west', 'incidents/west')).json()).toEqual(west);
    expect((await get('security-admin', 'incidents')).statusCode).toBe(403);
  });

  it('of all has those that are over, from the ledger, page by page, and the newest though the ledger lags', async () => {
    for (let number = 1; number <= 5; number += 1)
      house.ledger.incidentsKept.push(incidentOf({ id: `past-${number}`, number, state: 'closed' }));
    for (const one of house.ledger.incidentsKept) Object.assign(one, { facilities: ['W-1'] });
    open(incidentOf({ id: 'past-5', number: 5, facilities: ['W-1'], revision: 9 }));
    open(incidentOf({ id: 'new', number: 6, facilities: ['W-1'] }));
    const first = (await get('gas-west', 'incidents?state=all&limit=3')).json();
    expect(first.items.map(({ id, revision }: { id: string; revision: number }) => [id, revision])).toEqual([
      ['new', 1],
      ['past-5', 9],
      ['past-4', 1],
    ]);
    const rest = (await get('gas-west', `incidents?state=all&limit=3&cursor=${first.next}`)).json();
    expect(rest.items.map(({ id }: { id: string }) => id)).toEqual(['past-3', 'past-2', 'past-1']);
    expect(rest.next).toBeNull();
    expect((await get('gas-west', 'incidents/past-2')).json().state).toBe('closed');
  });
});

describe('the list of all incidents', () => {
  it('looks through 2,000 for a page, whatever it finds, and goes on from there', async () => {
    for (let number = 1; number <= 2_100; number += 1) {
      const facilities = [number === 50 ? 'W-1' : 'U-1'];
      house.ledger.incidentsKept.push(
        incidentOf({ id: `past-${number}`, number, state: 'closed', facilities, gateways: [] }),
      );
    }
    const first = (await get('gas-west', 'incidents?state=all')).json();
    expect(first).toEqual({ items: [], next: expect.any(String) });
    const rest = (await get('gas-west', `incidents?state=all&cursor=${first.next}`)).json();
    expect(rest).toMatchObject({ items: [{ id: 'past-50' }], next: null });
  });

  it.each(['incidents', 'floods', 'alarms'])(
    'of %s refuses a cursor that holds other than it gave',
    async (list) => {
      const forged = (...parts: unknown[]) =>
        Buffer.from(JSON.stringify([list, ...parts])).toString('base64url');
      for (const cursor of [forged('text'), forged(null), forged('text', 'a'), forged(1, 2, 3)]) {
        const reply = await get('viewer', `${list}?cursor=${cursor}`);
        expect([reply.statusCode, reply.json().code]).toEqual([400, 'invalid-cursor']);
      }
    },
  );
});

describe('an incident across the border of two areas', () => {
  const BOTH = { facilities: ['U-1', 'W-1'], gateways: ['GW-2', 'GW-1'], cause: 'east', firstOut: 'east' };
  const both = incidentOf({ id: 'both', number: 3, ...BOTH, open: 2, areas: { '371721': 1, '371702': 1 } });
  const happen = (incident = both): void => {
    house.city.raise({ id: 'east', incident: at('both', 'cause'), ...EAST });
    house.city.raise({ id: 'west', incident: at('both', 'symptom') });
    open(incident);
  };

  it('is seen from both, and names to each only what is theirs; totals are of the whole', async () => {
    happen();
    const seen = { cause: null, firstOut: null, facilities: ['W-1'], gateways: ['GW-1'], open: 2 };
    const reply = (await get('gas-west', 'incidents/both')).json();
    expect(reply).toEqual({ ...both, ...seen, areas: { '371702': 1 }, lifelines: { gas: 1 } });
    expect((await get('gas-west', 'incidents')).json().items).toEqual([reply]);
    expect((await get('drain-east', 'incidents/both')).json()).toMatchObject({
      ...{ cause: 'east', firstOut: 'east', facilities: ['U-1'], gateways: ['GW-2'] },
      areas: { '371721': 1 },
    });
    expect((await get('viewer', 'incidents/both')).json()).toEqual(both);
    expect((await get('gas-west', 'flood')).json().incidents).toMatchObject([
      { id: 'both', cause: null, firstOut: null },
    ]);
  });

  it('has alarms that tell of what explains them only to those who see that too', async () => {
    const { port } = await house.server.listen();
    const why = { code: 'incident-downstream', params: { facility: 'U-1', rule: 'r', point: 'D-9/x' } };
    const told = { id: 'both', role: 'symptom', by: 'east', why, folded: true } as const;
    const beside = { id: 'both', role: 'related', by: null, why, folded: false } as const;
    house.city.raise({ id: 'east', incident: at('both', 'cause'), ...EAST });
    house.city.raise({ id: 'west', incident: told });
    house.city.raise({ id: 'near', incident: beside });
    house.city.raise({ id: 'own', incident: { ...told, by: 'near', why: { ...why, params: {} } } });
    const placeOf = async (who: string, id: string) => (await get(who, `alarms/${id}`)).json().incident;
    const hidden = { by: null, why: null };
    expect([await placeOf('viewer', 'west'), await placeOf('viewer', 'near')]).toEqual([told, beside]);
    expect(await placeOf('gas-west', 'west')).toEqual({ ...told, ...hidden });
    expect(await placeOf('gas-west', 'near')).toEqual({ ...beside, ...hidden });
    expect(await placeOf('gas-west', 'own')).toMatchObject({ by: 'near', why: { params: {} } });
    open(both);
    for (const path of ['alarms?state=open', 'incidents/both/alarms', 'alarms/west/events'])
      expect((await get('gas-west', path)).body).not.toMatch(/"by":"east"|U-1/);
    const console_ = openConsole(port, { token: await house.token('gas-west') });
    expect(JSON.stringify(await console_.next('snapshot'))).not.toMatch(/"by":"east"|U-1/);
    house.city.change('west', 'note', {});
    expect((await console_.next('alarm')).alarm.incident).toEqual({ ...told, ...hidden });
    const placed = [{ alarm: 'west', incident: told }];
    house.city.tell({ kind: 'incident', at: 1, incident: both, placed });
    house.clock.advance(1_000);
    expect((await console_.next('incident')).placed).toEqual([
      { alarm: 'west', incident: { ...told, ...hidden } },
    ]);
    console_.close();
  });

  it('is not found by a facility, area or lifeline that is not one’s own', async () => {
    happen();
    for (const place of ['facility=U-1', 'area=371721', 'lifeline=drainage']) {
      expect(await idsOf('gas-west', `incidents?${place}`)).toEqual([]);
      expect(await idsOf('viewer', `incidents?${place}`)).toEqual(['both']);
    }
    expect(await idsOf('gas-west', 'incidents?facility=W-1')).toEqual(['both']);
  });

  const elsewhere = Array.from({ length: INCIDENT_PLACES_MAX }, (_, n) => `far-${n}`);
  it.each(['open', 'closed'] as const)(
    '%s and so large that it lists but part of its places is found by its alarms',
    async (state) => {
      happen(incidentOf({ ...both, state, facilities: elsewhere, gateways: elsewhere }));
      if (state === 'closed') {
        house.city.change('west', 'normal', { state: 'normal', active: false });
        house.ledger.incidentsKept.push({ ...both, state, facilities: elsewhere, gateways: elsewhere });
      }
      expect((await get('gas-west', 'incidents/both')).json()).toMatchObject({ facilities: [], cause: null });
      expect(await idsOf('gas-west', 'incidents?state=all')).toEqual(['both']);
      expect(await idsOf('gas-west', 'incidents?state=all&facility=W-1')).toEqual(['both']);
      expect(await idsOf('gas-west', 'incidents?state=all&facility=U-1')).toEqual([]);
      expect((await get('west-engineer', 'incidents/none')).statusCode).toBe(404);
    },
  );
});

describe('one incident', () => {
  it('has its alarms, open and over, and none of those that somebody may not see', async () => {
    house.city.raise({ id: 'cause', onsetAt: 3_000, incident: at('west', 'cause') });
    house.city.raise({ id: 'symptom', onsetAt: 2_000, incident: at('west', 'symptom', true) });
    house.city.raise({ id: 'elsewhere', onsetAt: 1_000, incident: at('west', 'symptom'), ...EAST });
    house.city.raise({ id: 'other', onsetAt: 500 });
    house.city.change('symptom', 'normal', { state: 'normal', active: false });
    open(west);
    expect(await idsOf('viewer', 'incidents/west/alarms')).toEqual(['cause', 'symptom', 'elsewhere']);
    expect(await idsOf('gas-west', 'incidents/west/alarms')).toEqual(['cause', 'symptom']);
    const letters = (await get('viewer', 'incidents/west/alarms')).json().items;
    expect(letters.map(({ isaState }: { isaState: string }) => isaState)).toEqual(['B', 'A', 'B']);
    expect(await idsOf('viewer', 'alarms?incident=west')).toEqual(['cause', 'elsewhere']);
    expect((await get('viewer', 'alarms/cause')).json().incident).toEqual(at('west', 'cause'));
  });

  it('of an absent gateway lists the points behind it', async () => {
    const absent = { rule: 'gateway-absent', point: null, device: null, gateway: 'GW-1' };
    house.city.raise({ id: 'dead', ...absent, incident: at('west', 'cause') });
    open(west);
    const reply = (await get('viewer', 'incidents/west/silent-points')).json();
    expect(Check(page(SilentPointShape), reply)).toBe(true);
    const behind = [...house.city.registry().points.values()].filter(
      ({ device }) => house.city.registry().devices.get(device)?.gateway === 'GW-1',
    );
    expect(reply.items.map(({ point }: { point: string }) => point)).toEqual(
      behind.map(({ id }) => id).sort(),
    );
    expect(behind.length).toBeGreaterThan(0);
  });

  it('lists the points behind a gateway however many alarms came after its own', async () => {
    const absent = { rule: 'gateway-absent', point: null, device: null, gateway: 'GW-1' };
    house.city.raise({ id: 'dead', ...absent, onsetAt: 1, incident: at('west', 'cause') });
    for (let n = 0; n < PAGE_MAX; n += 1)
      house.city.raise({ id: `later-${n}`, onsetAt: 2 + n, incident: at('west', 'symptom', true) });
    open(west);
    const reply = (await get('viewer', 'incidents/west/silent-points')).json();
    expect(reply.items).toMatchObject([{ point: 'G-1/ch4', gateway: 'GW-1' }]);
  });
});

describe('the flood', () => {
  it('shows open alarms in groups, the worst first, within the scope of whoever asks', async () => {
    house.city.raise({ id: 'cause', incident: at('west', 'cause') });
    house.city.raise({ id: 'symptom', colour: 'yellow', incident: at('west', 'symptom', true) });
    house.city.raise({ id: 'red', colour: 'red', incident: at('east', 'related'), ...EAST });
    house.city.raise({ id: 'alone', colour: 'blue' });
    open(west, east);
    house.city.tell({
      kind: 'flood',
      at: 0,
      flood: { active: true, since: 7, endedAt: null, rings: 12, peak: 12 },
    });
    const all = (await get('viewer', 'flood')).json();
    expect(Check(FloodPictureShape, all)).toBe(true);
    expect(all).toMatchObject({ flood: { active: true, rings: 12 }, open: 4, alone: 1, moreIncidents: 0 });
    expect(all.perMinute).toHaveLength(10);
    expect(all.incidents).toMatchObject([
      { id: 'east', colour: 'red', open: 1 },
      { id: 'west', colour: 'orange', open: 2, folded: 1, unacknowledged: 2, firstOut: 'alarm-1' },
    ]);
    expect(all.areas.map(({ id, open }: { id: string; open: number }) => [id, open])).toEqual([
      ['371721', 1],
      ['371702', 3],
    ]);
    const own = (await get('gas-west', 'flood')).json();
    expect(own).toMatchObject({ open: 3, lifelines: [{ id: 'gas', open: 3 }] });
    expect(own.incidents.map(({ id }: { id: string }) => id)).toEqual(['west']);
  });

  it('of the past are listed, newest first', async () => {
    const flood = (since: number) => ({ active: false, since, endedAt: since + 9, rings: 20, peak: 15 });
    house.ledger.floodsKept.push(flood(300), flood(200), flood(100));
    const first = (await get('viewer', 'floods?limit=2')).json();
    expect(Check(page(FloodShape), first)).toBe(true);
    expect(first.items).toEqual([flood(300), flood(200)]);
    expect((await get('viewer', `floods?limit=2&cursor=${first.next}`)).json()).toEqual({
      items: [flood(100)],
      next: null,
    });
  });
});

describe('a console', () => {
  let consoles: Console[] = [];
  afterEach(() => {
    for (const one of consoles) one.close();
    consoles = [];
  });

  it('gets the open incidents it may see, then each that changes, once a second, as it stands', async () => {
    const { port } = await house.server.listen();
    const enter = async (username: string): Promise<Console> => {
      const one = openConsole(port, { token: await house.token(username) });
      consoles.push(one);
      return one;
    };
    open(west);
    house.city.raise({ id: 'first' });
    const [all, drains] = [await enter('viewer'), await enter('drain-east')];
    expect((await all.next('incidents')).incidents).toEqual([west]);
    expect((await drains.next('incidents')).incidents).toEqual([]);
    await all.next('snapshot');
    await drains.next('snapshot');
    const placed = [{ alarm: 'first', incident: at('west', 'cause') }];
    house.city.tell({ kind: 'incident', at: 1, incident: { ...west, revision: 2 }, placed });
    house.city.tell({ kind: 'incident', at: 2, incident: { ...west, revision: 3 }, placed: [] });
    open(east);
    const flood = { active: true, since: 7, endedAt: null, rings: 11, peak: 11 };
    house.city.tell({ kind: 'flood', at: 3, flood });
    house.clock.advance(1_000);
    expect(await all.next('incident')).toEqual({ incident: { ...west, revision: 3 }, placed });
    expect((await all.next('incident')).incident).toEqual(east);
    expect((await all.next('flood')).flood).toEqual(flood);
    expect((await drains.next('incident')).incident).toEqual(east);
    expect((await drains.next('flood')).perMinute).toHaveLength(10);
    expect([all, drains].map((one) => one.kinds().includes('incident'))).toEqual([false, false]);
  });

  it('gets of an incident that is not all its own only its part, and hears of its end', async () => {
    const { port } = await house.server.listen();
    house.city.raise({ id: 'east', incident: at('both', 'cause'), ...EAST });
    house.city.raise({ id: 'west', incident: at('both', 'symptom') });
    const both = incidentOf({
      id: 'both',
      facilities: ['U-1'],
      gateways: [],
      cause: 'east',
      firstOut: 'east',
    });
    open(both);
    const west = openConsole(port, { token: await house.token('gas-west') });
    consoles.push(west);
    const part = { id: 'both', facilities: [], cause: null, firstOut: null };
    expect((await west.next('incidents')).incidents).toMatchObject([part]);
    house.city.change('west', 'normal', { state: 'normal', active: false });
    const closed = { ...both, revision: 2, state: 'closed' as const };
    house.city.tell({ kind: 'incident', at: 1, incident: closed, placed: [] });
    house.clock.advance(1_000);
    expect((await west.next('incident')).incident).toMatchObject({ ...part, state: 'closed' });
  });
});
