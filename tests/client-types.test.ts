import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { root } from './support/process.ts';

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
    files: [join(root, 'client', 'index.ts')],
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const consumer = `
import { createAuthClient, refusalOf, safe } from './types/client/index.js';
import type { AppRouter, AuthClient } from './types/client/index.js';
export const auth: AuthClient = createAuthClient({ url: 'http://localhost:3000' });
export type Router = AppRouter;
export async function logIn(): Promise<string> {
  const [answer, error] = await safe(auth.login.mutate({ email: 'ada@example.com', password: 'correct horse' }));
  if (answer) return answer.user.email;
  return refusalOf(error)?.reason === 'WRONG_CREDENTIALS' ? 'wrong' : error.message;
}
`;

test('a frontend that imports the client loads no type of the database and none of the server beyond the contracts', async () => {
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const compilerOptions = {
    ...options,
    noEmit: true,
    skipLibCheck: false,
    composite: true,
    isolatedDeclarations: true,
    exactOptionalPropertyTypes: true,
  };
  const listed = await tsc('consumer.json', { compilerOptions, files: ['consumer.ts'] }, ['--listFiles']);
  const files = listed
    .trim()
    .split('\n')
    .map((file) => file.replaceAll('\\', '/'));

  expect(files.length).toBeGreaterThan(50);
  expect(files.some((file) => file.includes('/@trpc/server/'))).toBe(true);
  expect(
    files.filter((file) =>
      /\/node_modules\/(@types\/)?(drizzle-orm|better-sqlite3|pg|piscina|pino|bcrypt)\//.test(file),
    ),
  ).toEqual([]);
  expect(files.filter((file) => /\/types\/server\/(db|http|hashing)\//.test(file))).toEqual([]);
});
