/** People's passwords: argon2id, at most two hashed at once (invariant 14), kept as PHC text. */
import { argon2, type Argon2Parameters, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Argon2id as OWASP's first choice for 19 MiB: about 50 ms of one core. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Each hash holds 19 MiB and a core: two leave the alarm path its own. */
const AT_ONCE = 2;
/** About 1.5 s of waiting; a longer queue is an attack or a shift change gone wrong. */
const WAITING_MAX = 64;
/** Longer input is refused before hashing, so that nobody can make us hash megabytes. */
export const PASSWORD_MAX = 256;

type Derive = (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;
const systemDerive: Derive = promisify(argon2);

export type PasswordHasher = {
  /** PHC text of a new password. */
  hash(password: string): Promise<string>;
  /** False for a wrong password and for text that is no argon2id PHC. */
  verify(password: string, phc: string): Promise<boolean>;
  /** Does the work of a verification and says no: unknown user names take as long as known ones. */
  refuse(password: string): Promise<false>;
};

/** Too many hashes wait already. */
export class HashQueueFull extends Error {
  readonly code = 'hash-queue-full';
}

/** `derive` is the system's own unless a test counts what runs at once. */
export function createPasswordHasher(
  randomBytes: (count: number) => Uint8Array,
  derive: Derive = systemDerive,
): PasswordHasher {
  const slot = createSlots();
  const decoySalt = randomBytes(SALT_BYTES);
  const run = (password: string, phc: Phc): Promise<Buffer> =>
    slot(() =>
      derive('argon2id', {
        message: password.normalize('NFC'),
        nonce: phc.salt,
        parallelism: phc.parallelism,
        tagLength: phc.tag.length,
        memory: phc.memoryKib,
        passes: phc.passes,
      }),
    );
  const fresh = (salt: Uint8Array): Phc => ({
    memoryKib: MEMORY_KIB,
    passes: PASSES,
    parallelism: 1,
    salt,
    tag: new Uint8Array(TAG_BYTES),
  });
  return {
    async hash(password) {
      const phc = fresh(randomBytes(SALT_BYTES));
      return formatPhc({ ...phc, tag: await run(password, phc) });
    },
    async verify(password, text) {
      const phc = parsePhc(text);
      if (phc === null) return false;
      const tag = await run(password, phc);
      return timingSafeEqual(tag, phc.tag);
    },
    async refuse(password) {
      await run(password, fresh(decoySalt));
      return false;
    },
  };
}

/** At least 8 characters from 3 of 4 classes (等保: complexity). */
export function isStrongPassword(password: string): boolean {
  const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];
  const length = [...password].length;
  return length >= 8 && length <= PASSWORD_MAX && classes.filter((one) => one.test(password)).length >= 3;
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** 24 characters without look-alikes in groups of six (137 bits); strong by the rule above. */
export function generatePassword(randomBytes: (count: number) => Uint8Array): string {
  for (;;) {
    const picked: string[] = [];
    while (picked.length < 24) {
      const byte = randomBytes(1)[0] ?? 255;
      // The top of the range would favour the first letters.
      if (byte < 256 - (256 % LETTERS.length)) picked.push(LETTERS[byte % LETTERS.length] ?? '');
    }
    const password = picked.join('').replace(/(.{6})(?=.)/g, '$1-');
    if (isStrongPassword(password)) return password;
  }
}

type Phc = {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
};

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

const formatPhc = (phc: Phc): string =>
  `$argon2id$v=19$m=${phc.memoryKib},t=${phc.passes},p=${phc.parallelism}` +
  `$${unpadded(phc.salt)}$${unpadded(phc.tag)}`;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function parsePhc(text: string): Phc | null {
  const match = PHC.exec(text);
  if (match === null) return null;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function createSlots(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_MAX) throw new HashQueueFull('too many log-ins wait');
      // The slot is handed over, so `running` does not change.
      await new Promise<void>((go) => waiting.push(go));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
