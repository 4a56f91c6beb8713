import { defineConfig } from 'vitest/config';

/** Suites too long for `npm test`: `npm run test:long`, a stage of its own in CI. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.long.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
  },
});
