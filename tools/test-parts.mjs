/** What the integration tests need from Debian, and how to get it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PARTS = [
  { name: 'mosquitto-clients', present: () => existsSync('/usr/bin/mosquitto_pub') },
  { name: 'curl', present: () => existsSync('/usr/bin/curl') },
  { name: 'jq', present: () => existsSync('/usr/bin/jq') },
  { name: 'openssl', present: () => existsSync('/usr/bin/openssl') },
  { name: 'chromium', present: () => existsSync('/usr/bin/chromium') },
  {
    name: 'fonts-noto-cjk',
    present: () => existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'),
  },
  { name: 'influxdb', present: () => existsSync('/usr/bin/influxd') },
  { name: 'strace', present: () => existsSync('/usr/bin/strace') },
];

const missing = () => PARTS.filter((part) => !part.present()).map((part) => part.name);

/**
 * Installs what is missing when it can (root on Debian, one retry). Returns the names still missing; with CI=true
 * anything missing ends the process.
 */
export function ensureTestParts() {
  let names = missing();
  if (names.length === 0) return names;
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (canInstall) {
    console.log(`installing for the tests: ${names.join(', ')}`);
    for (let attempt = 0; attempt < 2 && names.length > 0; attempt++) {
      apt(['update']);
      apt(['install', '-y', '--no-install-recommends', ...names]);
      names = missing();
    }
  }
  if (names.length === 0) return names;
  console.error(`missing: ${names.join(', ')}\n  install with: apt-get install ${names.join(' ')}`);
  if (process.env.CI === 'true') process.exit(1);
  console.error('the suites that need them are reported as skipped');
  return names;
}

function apt(args) {
  spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
