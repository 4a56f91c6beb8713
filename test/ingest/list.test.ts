import { describe, expect, test } from 'vitest';
import { ch4, NOW, publish, smallCity } from './small-city.ts';

describe('a list of records', () => {
  test('every record that fits in a packet of 256 KiB is taken', () => {
    const city = smallCity();
    const list = Array.from({ length: 3000 }, (_, i) => ch4(1, NOW - 3000 + i));
    publish(city, list);
    expect([city.said.measurements.length, city.said.rejections]).toEqual([3000, []]);
  });

  test('a refused record of a list is shown as it came, whatever hides in it', () => {
    const city = smallCity();
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const bad = `{"device":"G-1","time":"yesterday","values":{"ch4":1,"more":{"a":1}},"deep":${deep}}`;
    const long = `{"device":"G-1","values":${deep},"text":"${'x'.repeat(9_000)}"}`;
    publish(city, `[${JSON.stringify(ch4(1, NOW))},${bad},${long},[7]]`);
    const samples = city.said.rejections.map(({ sample }) => sample);
    expect(samples[0]).toBe(
      'record 1: {"device":"G-1","time":"yesterday","values":{"ch4":1,"more":"an object"},"deep":"a list"}',
    );
    expect(samples[1]).toMatch(/^record 2: \{"device":"G-1","values":"a list","text":"x+$/);
    expect(samples[2]).toBe('record 3: "a list"');
    for (const sample of samples) expect(sample.length).toBeLessThanOrEqual(256);
  });
});
