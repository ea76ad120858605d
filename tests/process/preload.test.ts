import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { expect, test } from 'vitest';

import { root, run, withNode } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('what is known of our own files is not taken for that of packages below them', async () => {
  using folder = temporaryFolder();
  const files = {
    'bench/node_modules/package/package.json': '{ "name": "package", "exports": "./index.mjs" }',
    'bench/node_modules/package/index.mjs': "import kind from './kind.js'; export default kind;",
    'bench/node_modules/package/kind.js': "module.exports = typeof require === 'function' ? 'CommonJS' : 'a module';",
    'bench/main.mjs': "import kind from 'package'; console.log(`It is ${kind}`);",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(folder.file(path)), { recursive: true });
    writeFileSync(folder.file(path), text);
  }
  mkdirSync(folder.file('server'));
  cpSync(`${root}/server/preload.mjs`, folder.file('server/preload.mjs'));
  await using running = run('node --import ./server/preload.mjs bench/main.mjs', { cwd: folder.path, env: withNode() });
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(running.printed()).toContain('It is CommonJS');
});
