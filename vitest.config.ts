import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes. Begun last, they would run on alone while the other worker has nothing left to do. */
const LONG = [
  'test/simulation/city.test.ts',
  'test/dashboard/console-duty.test.ts',
  'test/e2e/kill.test.ts',
  'test/e2e/shadow.test.ts',
  'test/e2e/destroy.test.ts',
  'test/e2e/real-data-live.test.ts',
  'test/e2e/influx.test.ts',
  'test/node-red/flows.test.ts',
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((path) => moduleId.endsWith(path));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/**
 * Tests of parts that hold nothing between files: they share a process, and the half second that a fresh one takes to load
 * the runner and the product. Whatever starts platforms, browsers or Node-RED has a process of its own.
 */
const SHARED = [
  'broker',
  'city',
  'domain',
  'emergency',
  'ingest',
  'platform',
  'rules',
  'server',
  'store',
].map((folder) => `test/${folder}/**/*.test.ts`);

/** What every configuration of the project says. */
export const usual = {
  test: {
    globalSetup: 'test/dashboard/built-console.mjs',
    pool: 'forks' as const,
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    // On a machine of CI a stall of seconds is no defect of the product; `npm test` names each test that needed it.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    // Patience for a busy machine, never a claim about time: what must be quick says so itself.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
  },
};

export default defineConfig({
  test: {
    ...usual.test,
    projects: [
      { extends: true, test: { name: 'shared', include: SHARED, isolate: false } },
      { extends: true, test: { name: 'own', include: ['test/**/*.test.ts'], exclude: SHARED } },
    ],
  },
});
