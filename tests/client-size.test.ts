import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';
import { rolldown } from 'rolldown';
import { afterAll, expect, test } from 'vitest';

import { rowsIn } from './support/markdown.ts';
import { root } from './support/process.ts';
import { textOf } from './support/sources.ts';

// Inside the project, so that the packages are found as they are in a consumer's.
mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp', 'client-size-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gzipped = (code: string): number => gzipSync(code, { level: 9 }).length;

async function byEsbuild(entry: string, external: string[]): Promise<number> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    external,
    write: false,
  });
  return gzipped(outputFiles[0]?.text ?? '');
}

async function byRolldown(entry: string, external: string[]): Promise<number> {
  await using bundle = await rolldown({ input: entry, external: external.map((name) => new RegExp(`^${name}`)) });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  return gzipped(output[0].code);
}

/** What a frontend imports, and which packages it is sure to have anyway. */
const imports: [what: string, from: string, external: string[]][] = [
  ['createAuthClient, sessionOf, refusalOf, safe', 'index', []],
  ['createAuthClient, refusalOf, safe', 'index', []],
  ['authLink, sessionOf, refusalOf', 'index', ['@trpc']],
  ['live', 'live', ['@trpc']],
  ['useSession', 'react', ['react']],
  ['createPasskey, usePasskey', 'passkeys', ['@simplewebauthn/browser']],
];

async function sizesOf([what, from, external]: (typeof imports)[number]): Promise<[esbuild: number, rolldown: number]> {
  const entry = join(folder, `${what.replaceAll(/\W+/g, '-')}.ts`);
  writeFileSync(entry, `export { ${what} } from '../../client/${from}.ts';`);
  const names = external.map((name) => (name === '@trpc' ? '@trpc/*' : name));
  return [await byEsbuild(entry, names), await byRolldown(entry, external)];
}

test('the client and its session store are under 9,000 bytes, by either bundler', async () => {
  const [all] = imports;
  for (const size of await sizesOf(all ?? expect.unreachable('It is the first'))) {
    expect(size).toBeGreaterThan(5000);
    expect(size).toBeLessThan(9000);
  }
});

test.each(imports)('docs/client.md says the size of { %s } from %s, to within 50 bytes', async (...row) => {
  const sizes = await sizesOf(row);
  const said = rowsIn(textOf('docs/client.md')).find(([imported = '']) => imported.startsWith(`\`${row[0]}\``));
  const numbers = said?.slice(1).map((number) => Number(number.replace(',', '')));
  expect(numbers, `${row[0]}: ${sizes.join(', ')}`).toEqual(
    sizes.map((size) => expect.toSatisfy((number: number) => Math.abs(number - size) <= 50)),
  );
});
