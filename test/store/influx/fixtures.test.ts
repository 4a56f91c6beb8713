/**
 * Answers of each server family, and what we make of them. 1.6.7's were recorded; those of 2.x and 3 Core were written
 * down from their source and documents: protocol-tested, not server-tested (docs/influxdb.md).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type HttpAnswer, judgeAnswer, type Verdict } from '#store/influx/answer-policy.ts';
import { InfluxUnavailable, seriesIn } from '#store/influx/influxql.ts';
import { authorizationOf, detectProfile, PROFILES } from '#store/influx/profile.ts';

type Fixture = { source: string; profile: 'v1' | 'v2' | 'v3core'; scenarios: Record<string, HttpAnswer> };
const FOLDER = new URL('./fixtures/', import.meta.url);
const FIXTURES = readdirSync(FOLDER).map(
  (name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Fixture] as const,
);
const WANTED: Record<string, Verdict['act']> = {
  'good line': 'stored',
  'unparsable line among good ones': 'split',
  'field type conflict': 'split',
  'beyond retention': 'expired',
  'unknown bucket': 'pause',
  'expired token': 'pause',
  'too many': 'wait',
};

describe.each(FIXTURES)('%s', (_, { source, profile, scenarios }) => {
  it('says where it comes from, and is recognised by ping, or by health alone', () => {
    expect(source).toMatch(/^(recorded with|written down from)/);
    const { ping, health } = scenarios;
    if (ping === undefined || health === undefined) throw new Error('no ping');
    expect(detectProfile(ping, null)).toBe(profile);
    const silent = { ...ping, headers: {} };
    expect(detectProfile(silent, health)).toBe(profile === 'v1' ? null : profile);
  });

  it.each(Object.keys(WANTED).filter((name) => name in scenarios))('%s', (name) => {
    const answer = scenarios[name];
    expect(answer === undefined ? null : judgeAnswer(answer, 0).act).toBe(WANTED[name]);
  });

  it('answers InfluxQL in the one shape we read', () => {
    const { 'rows of a point': rows, counts, 'a question it cannot take': refused } = scenarios;
    if (rows === undefined || counts === undefined || refused === undefined) throw new Error('no queries');
    expect(seriesIn(rows)[0]?.[0]?.values.map((row) => row.slice(1))).toEqual([
      [1.5, 0],
      [2, 0],
    ]);
    expect(seriesIn(counts)[0]?.[0]).toMatchObject({ tags: { point: 'a' } });
    expect(() => seriesIn(refused)).toThrow(InfluxUnavailable);
  });
});

describe('an answer that is none', () => {
  const answer = (text: string): HttpAnswer => ({ status: 200, text, retryAfter: null, headers: {} });
  it.each([
    ['an error inside a 200', '{"results":[{"error":"database not found"}]}'],
    ['a part of the rows', '{"results":[{"partial":true,"series":[]}]}'],
    [
      'a part of a series',
      '{"results":[{"series":[{"name":"reading","partial":true,"columns":[],"values":[]}]}]}',
    ],
    ['a page of a proxy', '<html>log in</html>'],
  ])('%s', (_, text) => {
    expect(() => seriesIn(answer(text))).toThrow(InfluxUnavailable);
  });

  it('Retry-After is seconds, or a date; hours are cut to five minutes', () => {
    const after = (retryAfter: string): unknown => judgeAnswer({ ...answer(''), status: 503, retryAfter }, 0);
    expect(after('7')).toMatchObject({ afterMs: 7_000 });
    expect(after('Thu, 01 Jan 1970 00:00:09 GMT')).toMatchObject({ afterMs: 9_000 });
    expect(after('86400')).toMatchObject({ afterMs: 300_000 });
    expect(after('soon')).toMatchObject({ afterMs: null });
  });
});

describe('where and how it is written', () => {
  const to = { org: '城 市', bucket: 'city' };
  it.each([
    ['v1', '/write?db=city&precision=ms'],
    ['v2', '/api/v2/write?bucket=city&org=%E5%9F%8E%20%E5%B8%82&precision=ms'],
    ['v3core', '/api/v2/write?bucket=city&org=%E5%9F%8E%20%E5%B8%82&precision=ms'],
  ] as const)('%s', (name, path) => {
    expect(PROFILES[name].writePath(to)).toBe(path);
  });

  it('a token, or user and password, in the header alone', () => {
    expect(authorizationOf({ auth: { kind: 'token', token: 't' } })).toBe('Token t');
    expect(authorizationOf({ auth: { kind: 'password', username: 'u', password: 'p' } })).toBe('Basic dTpw');
    expect(authorizationOf({ auth: { kind: 'none' } })).toBeNull();
  });
});
