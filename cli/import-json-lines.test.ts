import { writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { refuseOtherJson } from './import-json-lines.ts';

async function refusing(content: string | Buffer): Promise<void> {
  using folder = temporaryFolder();
  writeFileSync(folder.file('accounts'), content);
  await refuseOtherJson(folder.file('accounts'));
}

test.each(['', '\n \r\n', '\uFEFF'])('a file without accounts is refused: %j', async (content) => {
  await expect(refusing(content)).rejects.toThrow(/The file .*accounts has no accounts/);
});

test.each(['{"email":"ada@example.com"}', '\uFEFF\n\n {"email":"nobody"}\n{'])(
  'a file is taken by its first line: %j',
  async (content) => {
    await expect(refusing(content)).resolves.toBeUndefined();
  },
);

test.each([
  ['a CSV', 'id,email\n1,ada@example.com\n'],
  ['an array', '[\n{"email":"ada@example.com"}\n]'],
  ['an array in one long line', JSON.stringify(Array.from({ length: 5000 }, () => ({ email: 'ada@example.com' })))],
  ['an object over several lines', '{\n"email":"ada@example.com"\n}'],
  ['UTF-16', Buffer.from('\uFEFF{"email":"ada@example.com"}\n', 'utf16le')],
  ['UTF-16 without its mark', Buffer.from('{"email":"ada@example.com"}\n', 'utf16le')],
])('%s is refused, and told what a line has to be', async (_kind, content) => {
  await expect(refusing(content)).rejects.toThrow(/first line is not .*Each line has to be one JSON object in UTF-8/);
});
