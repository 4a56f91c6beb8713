/** The official client's transport, as we use it: aborted when late, gzip when long, never a rejection. */
import { afterEach, expect, it } from 'vitest';
import { openInfluxHttp } from '#store/influx/transport.ts';
import { type MockInflux, mockInflux } from './mock-influx.ts';

let mock: MockInflux;
afterEach(() => mock.close());
const write = (url: string, body: string, timeoutMs = 5_000) =>
  openInfluxHttp(url, 'Token t').ask({ method: 'POST', path: '/write?db=x', body, timeoutMs });

it('a request that is not answered in time is aborted, and its connection closed', async () => {
  mock = await mockInflux('v1');
  mock.fault = () => 'hang';
  expect(await write(mock.url, 'reading q=0i 1', 100)).toMatchObject({ status: null, text: 'timed out' });
});

it('short bodies go as they are, long ones compressed, with the token', async () => {
  mock = await mockInflux('v1');
  const long = Array.from({ length: 50 }, (_, i) => `reading,point=p q=${i}i ${i}`).join('\n');
  await write(mock.url, 'reading,point=p q=0i 1');
  expect((await write(mock.url, long)).status).toBe(204);
  const [short, packed] = mock.requests;
  expect(short?.headers).toMatchObject({ authorization: 'Token t' });
  expect(short?.headers['content-encoding']).toBeUndefined();
  expect(packed?.headers['content-encoding']).toBe('gzip');
  expect(packed?.body).toBe(long);
});

it('a server that is not there is an answer without status', async () => {
  mock = await mockInflux('v1');
  const { url } = mock;
  await mock.close();
  mock = await mockInflux('v1');
  const answer = await write(url, 'x');
  expect(answer.status).toBeNull();
  expect(answer.text).toContain('ECONNREFUSED');
});
