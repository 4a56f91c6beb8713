import { describe, expect, it } from 'vitest';
import { createPasswordHasher, HashQueueFull, isStrongPassword } from '#server/passwords.ts';
import { ensureFirstAdmin } from '#server/users.ts';
import { createLedger } from './fake-ledger.ts';
import { createRandomBytes } from './fakes.ts';

describe('passwords', () => {
  const rows: [string, boolean][] = [
    ['Aa1aaaaa', true],
    ['aa1-aaaa', true],
    ['Aa1aaaa', false],
    ['aaaaaaa1', false],
    ['密码密码密码Aa1', true],
    ['12345678', false],
  ];
  for (const [password, strong] of rows) {
    it(`"${password}" is ${strong ? 'strong enough' : 'too weak'}`, () => {
      expect(isStrongPassword(password)).toBe(strong);
    });
  }

  it('are kept as argon2id with 19 MiB and a salt of their own', async () => {
    const hasher = createPasswordHasher(createRandomBytes());
    const [one, two] = [await hasher.hash('x'), await hasher.hash('x')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await hasher.verify('x', two)).toBe(true);
    expect(await hasher.verify('y', two)).toBe(false);
    expect(await hasher.verify('x', 'plain')).toBe(false);
  });
});

describe('hashing', () => {
  it('runs at most two at once, and refuses when too many wait', async () => {
    let running = 0;
    let most = 0;
    const finish: (() => void)[] = [];
    const hasher = createPasswordHasher(createRandomBytes(), async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => finish.push(resolve));
      running -= 1;
      return Buffer.alloc(32);
    });
    const outcomes = Array.from({ length: 80 }, () => hasher.refuse('x').catch((error: Error) => error));
    let refused = 0;
    for (let turn = 0; turn < 500; turn++) {
      finish.shift()?.();
      await Promise.resolve();
    }
    for (const outcome of await Promise.all(outcomes)) if (outcome instanceof HashQueueFull) refused += 1;
    expect([most, running, refused]).toEqual([2, 0, 80 - 2 - 64]);
  });
});

describe('the first start', () => {
  it('makes an administrator of systems and security with a password given once', async () => {
    const ledger = createLedger();
    const made = await ensureFirstAdmin(ledger, undefined);
    expect(made.username).toBe('admin');
    expect(isStrongPassword(made.password ?? '')).toBe(true);
    const [admin] = await ledger.users();
    expect(admin?.roles).toEqual(['system-admin', 'security-admin']);
    expect(JSON.stringify(await ledger.users())).not.toContain(made.password);
    expect(await ensureFirstAdmin(ledger, undefined)).toEqual({ username: 'admin', password: null });
    expect(await ledger.users()).toHaveLength(1);
  });

  it('uses the password of the installer and does not repeat it', async () => {
    const ledger = createLedger();
    expect(await ensureFirstAdmin(ledger, 'from-the-installer')).toEqual({
      username: 'admin',
      password: null,
    });
    const [admin] = await ledger.users();
    const hasher = createPasswordHasher(createRandomBytes());
    expect(await hasher.verify('from-the-installer', admin?.passwordHash ?? '')).toBe(true);
  });
});
