import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { root } from '../support/process.ts';
import { textOf } from '../support/sources.ts';

// Inside the project, so that the packages are found as they are in a consumer's.
mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'client-types-'));
const options = {
  target: 'es2024',
  module: 'nodenext',
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: ['node'],
  strict: true,
  declaration: true,
  rootDir: root,
};

async function tsc(name: string, config: object, flags: string[] = []): Promise<string> {
  writeFileSync(join(folder, name), JSON.stringify(config));
  const bin = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = promisify(execFile)(process.execPath, [bin, '-p', join(folder, name), ...flags], { maxBuffer: 1e8 });
  return await run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => expect.unreachable(error.stdout),
  );
}

/** Declarations as a package would ship them. */
beforeAll(async () => {
  await tsc('emit.json', {
    compilerOptions: {
      ...options,
      skipLibCheck: true,
      outDir: join(folder, 'types'),
      emitDeclarationOnly: true,
      allowImportingTsExtensions: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      exactOptionalPropertyTypes: true,
    },
    files: [join(root, 'client', 'index.ts'), join(root, 'server', 'entries', 'server.ts')],
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const frontend = `
import { authLink, createAuthClient, refusalOf, safe, sessionOf } from './types/client/index.js';
import type { AppRouter, AuthClient, SessionStore } from './types/client/index.js';
export const auth: AuthClient = createAuthClient({ url: 'http://localhost:3000' });
export const session: SessionStore = sessionOf(auth);
export const ofHost: SessionStore = sessionOf(authLink<AppRouter>({ url: 'http://localhost:3000/trpc' }));
export type Router = AppRouter;
export async function logIn(): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email: 'ada@example.com', password: 'correct horse' }));
  if (answer) return answer.status === 'signedIn' ? answer.user.email : 'one more step';
  return refusalOf(error)?.reason === 'WRONG_CREDENTIALS' ? 'wrong' : error.message;
}
`;

/** Every file that the compiler loads for a project of one file, which must compile as strictly as one can ask. */
async function filesLoadedBy(name: string, code: string): Promise<string[]> {
  writeFileSync(join(folder, `${name}.ts`), code);
  const compilerOptions = {
    ...options,
    noEmit: true,
    skipLibCheck: false,
    composite: true,
    isolatedDeclarations: true,
    exactOptionalPropertyTypes: true,
  };
  const listed = await tsc(`${name}.json`, { compilerOptions, files: [`${name}.ts`] }, ['--listFiles']);
  const files = listed
    .trim()
    .split('\n')
    .map((file) => file.replaceAll('\\', '/'));
  expect(files.length).toBeGreaterThan(50);
  expect(files.some((file) => file.includes('/@trpc/server/'))).toBe(true);
  return files;
}

test('a frontend that imports the client loads no type of the database, of zod, or of the server beyond its router', async () => {
  const files = await filesLoadedBy('frontend', frontend);
  expect(
    files.filter((file) =>
      /\/node_modules\/(@types\/)?(zod|drizzle-orm|better-sqlite3|pg|piscina|pino|bcrypt)\//.test(file),
    ),
  ).toEqual([]);
  expect(files.filter((file) => /\/types\/server\/(db|http|hashing|features)\//.test(file))).toEqual([]);
});

test('a frontend without @types/node compiles with `esnext.disposable`, which the declarations of tRPC need', async () => {
  writeFileSync(join(folder, 'browser.ts'), frontend);
  const lib = ['es2024', 'dom'];
  const compilerOptions = { ...options, noEmit: true, skipLibCheck: false, types: [], lib };
  const needing = { ...compilerOptions, lib: [...lib, 'esnext.disposable'] };
  expect(await tsc('browser.json', { compilerOptions: needing, files: ['browser.ts'] })).toBe('');
  // Without it tRPC's do not compile, and ours do. Once tRPC's do, docs/package.md has a sentence less.
  const without = await tsc('without.json', { compilerOptions, files: ['browser.ts'] }).catch(String);
  const faults = without.match(/^.*error TS.*$/gm) ?? [];
  expect(faults).not.toEqual([]);
  expect(faults.filter((fault) => !/@trpc\/server.*Disposable/.test(fault))).toEqual([]);
  expect(textOf('docs/package.md')).toContain('`esnext.disposable`');
  expect(textOf('docs/client.md')).toContain('`esnext.disposable`');
});

const host = `
import { createAuth } from './types/server/entries/server.js';
import type { Auth } from './types/server/entries/server.js';
export const auth: Auth = await createAuth({ databaseUrl: 'file:./app.db' });
`;

// Those of drizzle-orm do not compile by themselves, and those of the others are not there unless a host installs them.
test('a host that imports the server loads no type of what the server is made of', async () => {
  const files = await filesLoadedBy('host', host);
  expect(
    files.filter((file) =>
      /\/node_modules\/(@types\/)?(drizzle-orm|better-sqlite3|pg|piscina|bcrypt|cors|prom-client)\//.test(file),
    ),
  ).toEqual([]);
});
