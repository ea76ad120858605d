import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { refuseOtherThanFile } from './import-source.ts';

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
