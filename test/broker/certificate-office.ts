/** A CA for one test run, and the certificates it signs; everything is made by openssl and gone with the folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export type Office = {
  readonly folder: string;
  path(file: string): string;
  pem(file: string): string;
  /** `name.crt` and `name.key` for this CN, signed by `ca`; `days` may be negative: it is over then. */
  sign(name: string, cn: string, options?: { ca?: string; days?: number; usage?: string }): void;
  /** `name.crt` and `name.key` that signed themselves: a CA, or a forgery. */
  selfSign(name: string, cn: string): void;
  close(): void;
};

/** With `ca` and `server` (127.0.0.1, localhost) made already. */
export function openOffice(): Office {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const path = (file: string): string => join(folder, file);
  const office: Office = {
    folder,
    path,
    pem: (file) => readFileSync(path(file), 'utf8'),
    selfSign(name, cn) {
      const out = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
      openssl('req', '-x509', ...key, '-subj', `/CN=${cn}`, '-days', '100', ...out);
    },
    sign(name, cn, { ca = 'ca', days = 90, usage = 'serverAuth,clientAuth' } = {}) {
      const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost\n';
      writeFileSync(path('extensions'), `${names}extendedKeyUsage=${usage}\n`);
      openssl('req', ...key, '-subj', `/CN=${cn}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const by = ['-in', `${name}.csr`, '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial'];
      openssl('x509', '-req', ...by, '-days', String(days), '-extfile', 'extensions', '-out', `${name}.crt`);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
  office.selfSign('ca', 'City CA');
  office.sign('server', 'localhost');
  return office;
}
