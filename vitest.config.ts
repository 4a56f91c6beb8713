import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A shared CI machine may starve a browser or a process once; the report names every test that needed it.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
});
