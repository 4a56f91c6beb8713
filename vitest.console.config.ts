import { defineConfig } from 'vitest/config';
import { usual } from './vitest.config.ts';

/** The browser suites beyond the first one of the duty page, against a mock and against the platform: `npm run test:console`, a stage of its own in CI. */
export default defineConfig({
  test: { ...usual.test, include: ['test/{dashboard,e2e}/*.console.ts'] },
});
