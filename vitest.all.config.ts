import { defineConfig } from 'vitest/config';

/** What needs a browser, much time, statistics or a crash. */
export default defineConfig({
  test: {
    include: ['tests/all/**/*.test.ts'],
    execArgv: ['--import', './server/preload.mjs'],
    pool: 'forks',
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
