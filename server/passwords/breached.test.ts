import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { expect, test, vi } from 'vitest';

import { breachedList, fileHandles, inOrderOfHashes } from '../../tests/support/breached-list.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { openBreachedPasswords, UnusableList } from './breached.ts';
import type { BreachedPasswords } from './breached.ts';

const passwords = Array.from({ length: 5000 }, (_, index) => `stolen ${index} ünïcode`);

async function missedBy(list: BreachedPasswords, tried: string[]): Promise<string[]> {
  const found = await Promise.all(tried.map(async (password) => await list.has(password)));
  return tried.filter((_, index) => !found[index]);
}

test.each([
  ['with counts', {}],
  ['with CRLF', { lineEnd: '\r\n' }],
  ['without counts', { hasCounts: false }],
  ['without counts, with CRLF', { hasCounts: false, lineEnd: '\r\n' }],
])('every password of a list is found, and no other: %s', async (_what, form) => {
  using folder = temporaryFolder();
  const path = folder.file('list.txt');
  writeFileSync(path, breachedList(passwords, form));
  const list = await openBreachedPasswords(path);
  const sorted = inOrderOfHashes(passwords);
  // Of a block of 4 kB more than one each, and both ends.
  const tried = [...sorted.filter((_, index) => index % 20 === 0), ...sorted.slice(-3)];
  expect(await missedBy(list, tried)).toEqual([]);
  const others = tried.map((password) => `${password}!`);
  expect(await missedBy(list, others)).toEqual(others);
  await list.close();
});

test('a list of one line is one, with an end of it or without', async () => {
  using folder = temporaryFolder();
  for (const lineEnd of ['\n', '\r\n', '']) {
    writeFileSync(folder.file('list.txt'), breachedList(['stolen'], { lineEnd }));
    const list = await openBreachedPasswords(folder.file('list.txt'));
    expect([await list.has('stolen'), await list.has('Stolen'), await list.has('')]).toEqual([true, false, false]);
    await list.close();
  }
});

test('many are looked up at once, by one open file', async () => {
  using folder = temporaryFolder();
  writeFileSync(folder.file('list.txt'), breachedList(passwords));
  const list = await openBreachedPasswords(folder.file('list.txt'));
  const mixed = passwords.flatMap((password) => [password, `${password}?`]).slice(0, 400);
  const found = await Promise.all(mixed.map(async (password) => await list.has(password)));
  expect(found).toEqual(mixed.map((_, index) => index % 2 === 0));
  await list.close();
});

test('what the system reads in pieces is put together', async () => {
  using folder = temporaryFolder();
  writeFileSync(folder.file('list.txt'), breachedList(passwords));
  const handles = await fileHandles();
  const read: unknown = Reflect.get(handles, 'read');
  if (typeof read !== 'function') throw new Error('There is no such function');
  // As a disk over a network may: 700 bytes at most.
  const inPieces = vi.spyOn(handles, 'read').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
    return await Reflect.apply(read, this, args.with(2, Math.min(Number(args[2]), 700)));
  });
  try {
    const list = await openBreachedPasswords(folder.file('list.txt'));
    const [first = '', last = ''] = [inOrderOfHashes(passwords).at(0), inOrderOfHashes(passwords).at(-1)];
    expect([await list.has(first), await list.has(last), await list.has('none')]).toEqual([true, true, false]);
    await list.close();
  } finally {
    inPieces.mockRestore();
  }
});

test('a file that is changed while it is open answers nothing, rather than no', async () => {
  using folder = temporaryFolder();
  const path = folder.file('list.txt');
  writeFileSync(path, breachedList(passwords));
  const list = await openBreachedPasswords(path);
  writeFileSync(path, 'x'.repeat(breachedList(passwords).length));
  await expect(list.has('stolen 1')).rejects.toThrow('has a line that is none of a hash');
  truncateSync(path, 100);
  await expect(list.has('stolen 1')).rejects.toThrow('has become shorter');
  await list.close();
  await expect(list.has('stolen 1')).rejects.toThrow('file closed');
});

test('what is no such list is named, and what is expected', async () => {
  using folder = temporaryFolder();
  mkdirSync(folder.file('folder'));
  writeFileSync(folder.file('secret.txt'), breachedList(passwords));
  chmodSync(folder.file('secret.txt'), 0);
  writeFileSync(folder.file('empty.txt'), '');
  writeFileSync(folder.file('clear.txt'), passwords.join('\n'));
  writeFileSync(folder.file('unsorted.txt'), breachedList(passwords).split('\n').toReversed().join('\n').trim());
  const faults = {
    'none.txt': 'does not exist',
    'empty.txt/none': 'does not exist',
    folder: 'is not a file with a list in it',
    'empty.txt': 'is empty',
    'clear.txt': 'has a line that is none of a hash',
    'unsorted.txt': 'is not sorted by hash',
    // Root may read everything.
    ...(process.getuid?.() === 0 ? {} : { 'secret.txt': 'may not be read by this user' }),
  };
  for (const [name, fault] of Object.entries(faults)) {
    const error = await openBreachedPasswords(folder.file(name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnusableList);
    expect(String(error)).toContain(
      `the file ${folder.file(name)} ${fault}. It must be the list of Have I Been Pwned: one SHA-1 hash a line`,
    );
  }
});
