import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{server,client,tests}/**/*.test.ts'],
    exclude: ['tests/all/**', '**/node_modules/**'],
    // Quick imports of drizzle-orm, as in production.
    execArgv: ['--import', './server/preload.mjs'],
    pool: 'forks',
    // Some tests start whole processes, on machines that may be busy.
    testTimeout: 30_000,
  },
});
