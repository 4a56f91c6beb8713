/** What every ledger must do with people and their log-ins: a suite over `open`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerPort } from '#server/ports.ts';
import type { LedgerClient } from '#store/ledger/ledger-protocol.ts';
import type { Role } from '#domain/user.ts';
import { NOON, userOf } from './events.ts';

/** Registers the suite; `open` gives an empty ledger and `name` says which kind. */
export function peopleContract(name: string, open: () => Promise<LedgerClient>): void {
  describe(`${name}: people`, () => {
    let ledger: LedgerClient;
    let port: LedgerPort;
    beforeEach(async () => {
      ledger = await open();
      port = ledger;
    });
    afterEach(() => ledger.close());

    it('knows people by name whatever the case, and refuses the second of a name', async () => {
      await port.createUser(
        userOf('Wang', { name: '王', roles: ['duty-leader', 'viewer'], scope: { areas: ['371702'] } }),
      );
      await expect(port.createUser(userOf('wANG'))).rejects.toMatchObject({ code: 'username-taken' });
      await expect(port.createUser(userOf(' '))).rejects.toMatchObject({ code: 'bad-username' });
      await expect(port.createUser(userOf('li', { passwordHash: 'secret' }))).rejects.toMatchObject({
        code: 'bad-password-hash',
      });
      const roles: Role[] = JSON.parse('["overlord"]');
      await expect(port.createUser(userOf('li', { roles }))).rejects.toMatchObject({ code: 'unknown-role' });
      await port.updateUser('WANG', { name: '王五', roles: ['viewer'] });
      expect(await port.users()).toEqual([
        userOf('Wang', { name: '王五', roles: ['viewer'], scope: { areas: ['371702'] } }),
      ]);
      await expect(port.updateUser('nobody', { name: 'x' })).rejects.toMatchObject({ code: 'unknown-user' });
    });

    it('always leaves one active security administrator', async () => {
      await port.createUser(userOf('admin', { roles: ['system-admin', 'security-admin'] }));
      await port.createUser(userOf('second', { roles: ['security-admin'] }));
      await port.updateUser('admin', { retired: true });
      const refused = { code: 'last-security-admin' };
      await expect(port.updateUser('second', { retired: true })).rejects.toMatchObject(refused);
      await expect(port.updateUser('second', { roles: ['viewer'] })).rejects.toMatchObject(refused);
      await port.updateUser('second', { roles: ['audit-admin', 'security-admin'] });
      expect((await port.users()).map(({ roles, retired }) => [roles, retired])).toEqual([
        [['system-admin', 'security-admin'], true],
        [['audit-admin', 'security-admin'], undefined],
      ]);
    });

    it('keeps log-ins until they are dropped or their owner retires', async () => {
      await port.createUser(userOf('wang'));
      await port.createUser(userOf('li'));
      await port.saveSession('hash-1', 'WANG', NOON + 2);
      await port.saveSession('hash-2', 'li', NOON + 1);
      await port.saveSession('hash-1', 'wang', NOON + 3);
      expect(await port.sessions()).toEqual([
        { tokenHash: 'hash-2', username: 'li', expiresAt: NOON + 1 },
        { tokenHash: 'hash-1', username: 'wang', expiresAt: NOON + 3 },
      ]);
      await port.updateUser('wang', { retired: true });
      await port.dropSession('hash-2');
      expect(await port.sessions()).toEqual([]);
      await expect(port.saveSession('hash-3', 'wang', NOON)).rejects.toMatchObject({ code: 'retired-user' });
      await expect(port.saveSession('hash-3', 'ghost', NOON)).rejects.toMatchObject({ code: 'unknown-user' });
    });

    it('holds at most 100 log-ins of one person, ending those that end first', async () => {
      await port.createUser(userOf('wang'));
      await port.createUser(userOf('li'));
      await port.saveSession('of-li', 'li', NOON);
      for (let n = 0; n < 103; n++) await port.saveSession(`hash-${n}`, 'wang', NOON + n);
      const kept = (await port.sessions()).filter(({ username }) => username === 'wang');
      expect(kept.map(({ tokenHash }) => tokenHash)).toEqual(
        Array.from({ length: 100 }, (_, n) => `hash-${n + 3}`),
      );
      expect(await port.sessions()).toHaveLength(101);
    });
  });
}
