import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { openConsole, type Console } from './console.ts';
import { EAST, openHouse } from './house.ts';

const PEOPLE = ['viewer', 'gas-west', 'drain-east', 'crew'] as const;
type Step =
  | { readonly what: 'raise' | 'return'; readonly east: boolean; readonly n: number }
  | { readonly what: 'leave' | 'come' | 'beat'; readonly who: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    what: fc.constantFrom('raise' as const, 'return' as const),
    east: fc.boolean(),
    n: fc.nat(5),
  }),
  fc.record({ what: fc.constantFrom('leave' as const, 'come' as const, 'beat' as const), who: fc.nat(3) }),
);

/** A console's own book, kept only from what it was sent. */
class Book {
  readonly alarms = new Map<string, Alarm>();
  last: number | null = null;
  cursor: string | undefined;
  snapshots = 0;
  line: Console | null = null;
  mismatches = 0;

  follow(line: Console): void {
    this.line = line;
    line.socket.on('snapshot', (message) => {
      this.alarms.clear();
      for (const alarm of message.alarms) this.alarms.set(alarm.id, alarm);
      this.last = null;
      this.cursor = message.cursor;
      this.snapshots += 1;
    });
    line.socket.on('alarm', (message) => {
      if (this.last !== null && message.previous !== this.last) this.mismatches += 1;
      this.last = message.sequence;
      this.cursor = message.cursor;
      if (message.alarm.state === 'normal') this.alarms.delete(message.alarm.id);
      else this.alarms.set(message.alarm.id, message.alarm);
    });
    line.socket.on('beat', (message) => {
      this.cursor = message.cursor;
    });
  }
}

it('whoever comes and goes, every book is right and no chain has a gap', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const house = await openHouse();
      const { port } = await house.server.listen();
      const books = PEOPLE.map(() => new Book());
      /** Everything sent has arrived when the answer to a question asked after it has. */
      const settle = async (): Promise<void> => {
        const present = books.flatMap((book) => (book.line === null ? [] : [book.line]));
        house.clock.advance(2_000);
        for (const line of present) await line.next('beat');
      };
      for (const one of steps) {
        if (!('who' in one)) {
          const id = `${one.east ? 'd' : 'g'}${one.n}`;
          const known = house.city.alarm(id);
          if (one.what === 'raise' && known?.state !== 'unacknowledged')
            house.city.raise({ id, ...(one.east ? EAST : {}) });
          if (one.what === 'return' && known?.state === 'unacknowledged') {
            house.city.change(id, 'normal', { state: 'normal', active: false });
          }
          continue;
        }
        const book = books[one.who];
        if (book === undefined) continue;
        await settle();
        if (one.what === 'leave') {
          book.line?.close();
          book.line = null;
        }
        if (one.what === 'come' && book.line === null) {
          const token = await house.token(PEOPLE[one.who] ?? '');
          const auth = { token, ...(book.cursor === undefined ? {} : { since: book.cursor }) };
          const line = openConsole(port, auth);
          book.follow(line);
          await new Promise<void>((resolve) => line.socket.on('connect', resolve));
        }
      }
      await settle();
      for (const [who, book] of books.entries()) {
        if (book.line === null) continue;
        const reply = await house.ask(PEOPLE[who] ?? '', 'GET', '/api/v1/alarms');
        const open = reply.json().items.map((alarm: Alarm) => `${alarm.id} ${alarm.revision}`);
        const shown = [...book.alarms.values()].map((alarm) => `${alarm.id} ${alarm.revision}`);
        expect(shown.sort()).toEqual(open.sort());
        expect(book.mismatches).toBe(0);
        expect(book.snapshots).toBe(1);
        book.line.close();
      }
      await house.close();
    }),
    { numRuns: 12, seed: 20251122 },
  );
}, 60_000);
