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
