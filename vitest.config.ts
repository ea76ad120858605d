import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

/** Sweeps of the whole surface, which take long and are seldom broken alone: those of `npm run test:all`. */
export const sweeps = [
  'tests/advisories-{assurance,factors,inputs,requests}.test.ts',
  'tests/asvs/{authorisation,canaries,encoding,half-a-login,passwords,web}.test.ts',
  'tests/flows/security-headers.test.ts',
];

/** What takes long, or is no rule of a feature, but meets the database in its own way: on PostgreSQL only by `npm run test:all`. */
export const seldomOnPostgres = ['tests/flows/{any-json,doctor,embedded,mail,users-command,verify}.test.ts'];

/** What hardly depends on the database: on PostgreSQL only by `npm run test:whole`. */
export const rarelyOnPostgres = ['tests/flows/{front-page,mail-templates,metrics}.test.ts'];

const common = {
  // On a busy machine what is waited for may take longer than vitest's one second.
  expect: { poll: { timeout: 10_000 } },
  // Quick imports of drizzle-orm, as in production.
  execArgv: ['--import', './server/preload.mjs'],
  setupFiles: './tests/support/seed.ts',
  pool: 'forks' as const,
  // One more than cores: tests of whole processes mostly wait.
  maxWorkers: availableParallelism() + 1,
  // The files of one process share their modules; what they change is their own.
  isolate: false,
  // Some tests start whole processes, on machines that may be busy.
  testTimeout: 30_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'sqlite',
          include: ['{server,client,cli,tests}/**/*.test.ts'],
          exclude: ['tests/all/**', '**/node_modules/**', '**/*.postgres.test.ts', ...sweeps],
        },
      },
      {
        test: {
          ...common,
          name: 'postgres',
          // Every feature and every rule; not what is decided before a database is asked.
          include: ['tests/flows/**/*.test.ts', 'server/{features,jobs,limits}/**/*.test.ts', '**/*.postgres.test.ts'],
          exclude: [
            '**/node_modules/**',
            'tests/all/**',
            ...seldomOnPostgres,
            ...rarelyOnPostgres,
            'tests/flows/{bad-input,connections,odd-requests,origins,security-headers,wire}.test.ts',
          ],
          env: { TEST_DATABASE: 'postgres' },
          globalSetup: './tests/support/postgres-setup.ts',
        },
      },
    ],
  },
});
