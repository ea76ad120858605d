import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { rarelyOnPostgres, seldomOnPostgres, sweeps } from './vitest.config.ts';

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
const together = {
  ...common,
  maxWorkers: availableParallelism() + 1,
  // The files of one process share their modules; what they change is their own.
  isolate: false,
  sequence: { groupOrder: 0 },
};
const one = { ...common, maxWorkers: 1, sequence: { groupOrder: 1 } };

/** With many more examples than `npm test` draws. */
const drawn = [
  'tests/flows/{live,quick-rpc}.test.ts',
  'tests/asvs/factor-steps.test.ts',
  'server/passwords/sorted-hashes.test.ts',
];
/** Faults that last: `npm run test:crash` has them. */
const long = ['tests/all/crash/{postgres-away,file-lost}.test.ts'];

/** What needs a browser, much time, statistics or a crash; `--mode whole` leaves nothing out. */
export default defineConfig(({ mode }) => {
  const isWhole = mode === 'whole';
  const left = isWhole ? [] : long;
  return {
    test: {
      projects: [
        {
          test: {
            ...together,
            name: 'all',
            include: ['tests/all/**/*.test.ts', ...sweeps, 'server/db/migrations.test.ts', ...(isWhole ? drawn : [])],
            exclude: ['**/node_modules/**', '**/*.postgres.test.ts', 'tests/all/package/**', ...alone, ...left],
            globalSetup: './tests/support/browser-setup.ts',
          },
        },
        {
          test: {
            ...together,
            name: 'package',
            // Its hooks install from the registry, which may be slow.
            hookTimeout: 300_000,
            include: ['tests/all/package/*.test.ts'],
            globalSetup: ['./tests/support/browser-setup.ts', './tests/support/packed-setup.ts'],
          },
        },
        {
          test: {
            ...together,
            name: 'all on postgres',
            include: [
              'tests/all/**/*.postgres.test.ts',
              ...seldomOnPostgres,
              'server/db/migrations.postgres.test.ts',
              ...(isWhole ? [...rarelyOnPostgres, 'tests/flows/live.test.ts'] : []),
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
            exclude: ['**/node_modules/**', '**/*.postgres.test.ts', ...left],
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
  };
});
