import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { seldomOnPostgres, sweeps } from './vitest.config.ts';

const common = {
  // On a busy machine what is waited for may take longer than vitest's one second.
  expect: { poll: { timeout: 10_000 } },
  execArgv: ['--import', './server/preload.mjs'],
  setupFiles: './tests/support/seed.ts',
  pool: 'forks' as const,
  testTimeout: 240_000,
  hookTimeout: 120_000,
  env: { TEST_MANY: 'yes' },
};

// What measures times has the machine to itself; the rest waits a lot: one more at a time than there are cores.
const alone = ['tests/all/{*-times,instances}*.test.ts', 'tests/all/crash/{postgres-away,*.postgres}.test.ts'];
const together = { ...common, maxWorkers: availableParallelism() + 1, sequence: { groupOrder: 0 } };
const one = { ...common, maxWorkers: 1, sequence: { groupOrder: 1 } };

// What `npm test` does in part or with few examples: see tests/support/many.ts.
const withMany = ['tests/flows/{any-json,live}.test.ts'];

/** What needs a browser, much time, statistics or a crash. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...together,
          name: 'all',
          include: ['tests/all/**/*.test.ts', ...withMany, ...sweeps, 'server/db/migrations.test.ts'],
          exclude: ['**/node_modules/**', '**/*.postgres.test.ts', 'tests/all/package/**', ...alone],
        },
      },
      {
        test: {
          ...together,
          name: 'package',
          // Its hooks install from the registry, which may be slow.
          hookTimeout: 300_000,
          include: ['tests/all/package/*.test.ts'],
          globalSetup: './tests/support/packed-setup.ts',
        },
      },
      {
        test: {
          ...together,
          name: 'all on postgres',
          include: [
            'tests/all/**/*.postgres.test.ts',
            ...withMany,
            ...seldomOnPostgres,
            'server/db/migrations.postgres.test.ts',
          ],
          exclude: ['**/node_modules/**', ...alone],
          env: { ...common.env, TEST_DATABASE: 'postgres' },
          globalSetup: './tests/support/postgres-setup.ts',
        },
      },
      {
        test: {
          ...one,
          name: 'alone',
          include: alone,
          exclude: ['**/node_modules/**', '**/*.postgres.test.ts'],
        },
      },
      {
        test: {
          ...one,
          name: 'alone on postgres',
          include: alone,
          exclude: ['**/node_modules/**', 'tests/all/**/!(*.postgres).test.ts'],
          env: { ...common.env, TEST_DATABASE: 'postgres' },
          globalSetup: './tests/support/postgres-setup.ts',
        },
      },
    ],
  },
});
