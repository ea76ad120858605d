import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { makeOldServerFile } from '../tests/support/old-server-file.ts';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { isSqlite, refuseOtherThanFile } from './import-source.ts';

test('a directory and what is missing cannot be imported', () => {
  using folder = temporaryFolder();
  expect(() => refuseOtherThanFile(folder.path)).toThrow('is no regular file');
  expect(() => refuseOtherThanFile(folder.file('missing.jsonl'))).toThrow('missing.jsonl does not exist.');
});

test.skipIf(process.platform === 'win32')('a pipe cannot be imported', () => {
  using folder = temporaryFolder();
  execFileSync('mkfifo', [folder.file('pipe')]);
  expect(() => refuseOtherThanFile(folder.file('pipe'))).toThrow('put what comes out of a pipe into a file first.');
  expect(() => refuseOtherThanFile('/dev/null')).toThrow('is no regular file');
});

test('a database is known by its header, and nothing else is one', () => {
  using folder = temporaryFolder();
  makeOldServerFile(folder.file('old.db'));
  expect(isSqlite(folder.file('old.db'))).toBe(true);
  for (const content of ['', 'id,email\n1,ada@example.com\n', '[{"email":"ada@example.com"}]', 'SQLite format 3']) {
    writeFileSync(folder.file('other'), content);
    expect(isSqlite(folder.file('other'))).toBe(false);
  }
});
