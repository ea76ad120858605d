import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

import * as contract from '../server/entries/contract.ts';
import { noInput } from '../server/kernel/fields.ts';
import { inputs } from './support/inputs.ts';
import { rowsIn } from './support/markdown.ts';
import { root } from './support/process.ts';
import { everySetOfRefusals } from './support/sets-of-refusals.ts';
import { textOf } from './support/sources.ts';

/** What a browser would load of an entry: minified, and as it is compressed on the way. */
async function bundled(entry: string): Promise<{ files: string[]; gzippedKilobytes: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from './${entry}'`, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
  });
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  const files = Object.keys(metafile.inputs).filter((file) => file !== '<stdin>');
  return { files, gzippedKilobytes: gzipSync(contents).length / 1000 };
}

describe('the contract for forms', () => {
  test('has the schema of every input', () => {
    const shown = new Set<unknown>(Object.values(contract));
    expect(inputs.length).toBeGreaterThan(3);
    expect(inputs.filter(([, schema]) => schema !== noInput && !shown.has(schema))).toEqual([]);
  });

  test('has every refusal, and no reason means two things', async () => {
    const reasons = (await everySetOfRefusals()).flatMap((rows) => Object.keys(rows));
    expect(reasons.length).toBeGreaterThan(10);
    expect(Object.keys(contract.refusals).toSorted()).toEqual(reasons.toSorted());
  });

  test('loads nothing of the server but contracts, and no package but zod', async () => {
    const { files } = await bundled('server/entries/contract.ts');
    const ours = files.filter((file) => !file.startsWith('node_modules/'));
    const allowed = /^server\/(entries\/contract|kernel\/(fields|refusals)|features\/[\w-]+\/contract)\.ts$/;
    expect(ours.length).toBeGreaterThan(3);
    expect(ours.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('node_modules/') && !file.includes('/zod/'))).toEqual([]);
  });

  test('is as small as the documentation says', async () => {
    const { gzippedKilobytes } = await bundled('server/entries/contract.ts');
    const row = rowsIn(textOf('docs/package.md')).find(([cell]) => cell === '`./contract`');
    expect(row?.at(-1)).toMatch(new RegExp(`^${Math.ceil(gzippedKilobytes)} kB`));
  });
});
