import { defineConfig } from 'vitest/config';

const common = {
  execArgv: ['--import', './server/preload.mjs'],
  pool: 'forks' as const,
  testTimeout: 240_000,
  hookTimeout: 120_000,
};

/** What needs a browser, much time, statistics or a crash. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'all',
          include: ['tests/all/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.postgres.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'all on postgres',
          include: ['tests/all/**/*.postgres.test.ts'],
          env: { TEST_DATABASE: 'postgres' },
          globalSetup: './tests/support/postgres-setup.ts',
        },
      },
    ],
  },
});
