/** Certificates are renewed beside the running platform; what does not fit is not taken, and a person is told. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import type { TlsFiles } from '#config';
import { hasOpenssl, type Office, openOffice } from '#test/broker/certificate-office.ts';
import { createManualClock } from '#test/broker/city-broker.ts';
import { renewTls } from '../../platform/tls-renewal.ts';

describe.skipIf(!hasOpenssl)('a certificate', () => {
  let office: Office;
  beforeAll(() => {
    office = openOffice();
    office.sign('next', 'localhost');
    office.sign('short', 'localhost', { days: 5 });
  });
  afterAll(() => office.close());

  /** Today is today: the certificates were made just now. */
  function watch(name: string, openAlarms: readonly Alarm[] = []) {
    const manual = createManualClock();
    const start = Date.now();
    const clock = { ...manual, wallMs: () => start + manual.monotonicMs() };
    const said: unknown[] = [];
    const applied: TlsFiles[] = [];
    const files = { cert: `${name}.crt`, key: `${name}.key` };
    const read = (): TlsFiles => ({
      cert: readFileSync(office.path(files.cert), 'utf8'),
      key: readFileSync(office.path(files.key), 'utf8'),
    });
    const renewal = renewTls({
      tls: { ...read(), read },
      clock,
      openAlarms,
      condition: (active, { problem }) => void said.push(active ? problem : 'well'),
      apply: (texts) => void applied.push(texts),
    });
    return { renewal, clock: manual, said, applied, files };
  }

  test('that is renewed is taken within a minute; half of it is not, and is waited for', () => {
    const { clock, said, applied, files } = watch('server');
    files.cert = 'next.crt';
    clock.advance(60_000);
    expect(applied).toEqual([]);
    files.key = 'next.key';
    clock.advance(60_000);
    expect(applied.map(({ cert }) => cert)).toEqual([office.pem('next.crt')]);
    clock.advance(600_000);
    expect([applied.length, said]).toEqual([1, []]);
  });

  test('whose files do not fit for three looks is told of, and when they do again', () => {
    const { clock, said, applied, files } = watch('server');
    files.key = 'gone.key';
    clock.advance(120_000);
    expect(said).toEqual([]);
    clock.advance(60_000);
    expect(said).toEqual([expect.stringMatching(/^not usable: .*gone\.key/)]);
    files.key = 'server.key';
    clock.advance(60_000);
    expect([said[1], applied]).toEqual(['well', []]);
  });

  test('that ends within a fortnight is told of until another takes its place', () => {
    const { clock, said, files } = watch('short');
    expect(said).toEqual([expect.stringMatching(/^expires on 20\d\d-/)]);
    Object.assign(files, { cert: 'next.crt', key: 'next.key' });
    clock.advance(60_000);
    expect(said).toEqual([expect.anything(), 'well']);
  });

  test('that was told of before a restart is not told of twice', () => {
    const open = [{ rule: 'tls-certificate', active: true }] as unknown as Alarm[];
    expect(watch('short', open).said).toEqual([]);
    expect(watch('server', open).said).toEqual(['well']);
  });

  test('is nobody’s concern once TLS is off', () => {
    const said: boolean[] = [];
    const open = [{ rule: 'tls-certificate', active: true }] as unknown as Alarm[];
    const parts = { tls: null, clock: createManualClock(), apply: () => {} };
    renewTls({ ...parts, openAlarms: open, condition: (active) => void said.push(active) }).stop();
    expect(said).toEqual([false]);
  });
});
