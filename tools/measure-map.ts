/**
 * Opens the built console with many points on the map in headless Chromium and prints how long the map takes to stand,
 * how soon an alarm is a row and a glyph, and what the page's heap holds. `node tools/measure-map.ts [points]`.
 * Graphics are drawn in software here: a duty room's machine is faster.
 */
import { openBrowser, logIn } from '#test/dashboard/browser.ts';
import { createMockCity } from '#test/dashboard/mock-city.ts';
import { startMockServer } from '#test/dashboard/mock-server.ts';

const ALARMS = 12;
const points = Number(process.argv[2] ?? 10_000);
const city = createMockCity();
city.points = points;
const server = await startMockServer(city);
const browser = await openBrowser(['--enable-precise-memory-info']);
const page = await browser.open({ width: 1920, height: 1080 });

const quantile = (all: number[], share: number): string =>
  `${[...all].sort((a, b) => a - b)[Math.floor((all.length - 1) * share)]?.toFixed(0)} ms`;
const heap = async (): Promise<string> =>
  `${(Number(await page.evaluate('performance.memory.usedJSHeapSize')) / 1e6).toFixed(0)} MB`;

/** Until `expression` is true in the page, looked at before each of its frames. */
const until = (expression: string): Promise<unknown> =>
  page.evaluate(`new Promise((resolve) => {
    const look = () => (${expression}) ? resolve(true) : requestAnimationFrame(look);
    look();
  })`);
const MAP = `document.querySelector('.map-holder')?.cityMap`;
const drawn = (id: string): string =>
  `${MAP}.queryRenderedFeatures({ layers: ['alarms'] }).some((f) => f.properties.ids.split(',').includes('${id}'))`;

try {
  await logIn(page, server.origin);
  const from = performance.now();
  await page.goto(`${server.origin}/map`);
  await until(`${MAP}?.style !== undefined && ${MAP}?.isStyleLoaded()`);
  const styled = performance.now();
  await until(`${MAP}.getLayer('alarms') !== undefined && ${MAP}.loaded()`);
  console.log(`points           ${points}`);
  console.log(`style loaded     ${(styled - from).toFixed(0)} ms after the address was asked for`);
  console.log(`everything drawn ${(performance.now() - from).toFixed(0)} ms`);
  console.log(`heap             ${await heap()}`);
  const glyphs: number[] = [];
  for (let i = 0; i < ALARMS; i += 1) {
    const raised = performance.now();
    const { id } = city.raise(i * 7, i % 4 === 0 ? 'red' : 'orange');
    await until(drawn(id));
    glyphs.push(performance.now() - raised);
  }
  console.log(
    `alarm -> glyph   p50 ${quantile(glyphs, 0.5)}, p95 ${quantile(glyphs, 0.95)} (${ALARMS} alarms)`,
  );
  const frames = await page.evaluate(`new Promise((resolve) => {
    const gaps = [];
    let last = performance.now();
    const step = (now) => {
      gaps.push(now - last);
      last = now;
      gaps.length < 300 ? requestAnimationFrame(step) : resolve(gaps.slice(1));
    };
    requestAnimationFrame(step);
  })`);
  const gaps = Array.isArray(frames) ? frames.map(Number) : [];
  console.log(
    `frame to frame   p50 ${quantile(gaps, 0.5)}, p95 ${quantile(gaps, 0.95)} while every value changes each second`,
  );
  console.log(`heap at the end  ${await heap()}`);
} finally {
  await browser.close();
  await server.close();
}
