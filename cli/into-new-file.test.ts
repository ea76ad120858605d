import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { countUsers } from '../server/db/old-server-file.ts';
import { openSqlite } from '../server/db/open-sqlite.ts';
import { Unusable } from '../server/db/sqlite-file.ts';
import { importAccounts } from '../server/features/import/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../server/hashing/hasher.ts';
import { systemClock } from '../server/kernel/clock.ts';
import { intoNewFile, linkOrCopy } from './into-new-file.ts';

const quick = createBcryptHasher(4, bcryptOnNodesPool);
const accounts = Array.from({ length: 10 }, (_, index) => ({
  id: String(index),
  email: `user${index}@example.com`,
  password: 'password',
}));

/** Imports ten accounts into a database, `onProgress` after four, eight and ten of them. */
async function fill(url: string, hasher: Hasher = quick, onProgress: (done: number) => void = () => undefined) {
  const db = await openSqlite(url);
  try {
    const report = await importAccounts({ db, clock: systemClock, hasher }, accounts, onProgress);
    return { ...report, accounts: report.imported };
  } finally {
    await db.close();
  }
}

const outcomeOf = async (work: Promise<unknown>): Promise<unknown> => await work.catch((error: unknown) => error);

describe('a new database', () => {
  test('gets its name when it is whole, readable by nobody else', async () => {
    using folder = temporaryFolder();
    const target = folder.file('new.db');
    const seen: boolean[] = [];
    await intoNewFile(target, 'import', async (url) => await fill(url, quick, () => seen.push(existsSync(target))));
    expect(seen).toEqual([false, false, false]);
    expect(countUsers(target)).toBe(10);
    if (process.platform !== 'win32') expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('is made by one of two imports at once, and the other says so', async () => {
    using folder = temporaryFolder();
    const target = folder.file('new.db');
    const work = async () => await intoNewFile(target, 'import', fill);
    const outcomes = await Promise.all([outcomeOf(work()), outcomeOf(work())]);
    const [refused, ...others] = outcomes.filter((outcome) => outcome instanceof Unusable);
    expect(others).toEqual([]);
    expect(refused?.message).toMatch(/new\.db was made by another program while the import ran\. .* Move it away/);
    expect(outcomes.filter((outcome) => outcome !== refused)).toEqual([{ imported: 10, leftOut: [], accounts: 10 }]);
    expect(countUsers(target)).toBe(10);
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('does not overwrite that of a server which started meanwhile', async () => {
    using folder = temporaryFolder();
    const target = folder.file('new.db');
    const outcome = await outcomeOf(
      intoNewFile(target, 'import', async (url) => {
        const report = await fill(url);
        const server = await openSqlite(`file:${target}`);
        await server.orm
          .insert(server.tables.users)
          .values({ id: 'a', createdAt: new Date(0), email: 'ada@example.com', passwordHash: 'x' });
        await server.close();
        return report;
      }),
    );
    expect(outcome).toBeInstanceOf(Unusable);
    expect(String(outcome)).toMatch(/was made by another program while the import ran/);
    expect(countUsers(target)).toBe(1);
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('leaves a file alone that is named like a partial one', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('new.db.partial'), 'precious');
    await intoNewFile(folder.file('new.db'), 'import', fill);
    expect(readFileSync(folder.file('new.db.partial'), 'utf8')).toBe('precious');
  });

  test('is not kept when it holds less than was imported', async () => {
    using folder = temporaryFolder();
    const lossy = async (url: string) => ({ ...(await fill(url)), accounts: 11 });
    const outcome = await outcomeOf(intoNewFile(folder.file('new.db'), 'import', lossy));
    expect(String(outcome)).toMatch(/holds 10 accounts instead of 11/);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('in a folder that does not exist is refused in words', async () => {
    using folder = temporaryFolder();
    const outcome = await outcomeOf(intoNewFile(folder.file('nowhere/new.db'), 'import', fill));
    expect(String(outcome)).toMatch(/nowhere.new\.db cannot be made, because its folder does not exist/);
  });

  test.each([
    ['an error', new Error('out of\nmemory \u001b[31m'), 'out of\\u{a}memory \\u{1b}[31m'],
    ['a text', 'no', "'no'"],
    ['nothing', undefined, 'undefined'],
    ['an object without a prototype', Object.create(null) as unknown, '[Object: null prototype] {}'],
  ])('is not kept when hashing fails with %s, and one sentence says so', async (_what, thrown, words) => {
    using folder = temporaryFolder();
    const target = folder.file('new.db');
    let hashed = 0;
    const failing: Hasher = {
      ...quick,
      hash: async (password) => {
        hashed += 1;
        if (hashed === 6) throw thrown;
        return await quick.hash(password);
      },
    };
    const outcome = await outcomeOf(intoNewFile(target, 'import', async (url) => await fill(url, failing)));
    expect(outcome).toBeInstanceOf(Unusable);
    expect(outcome).toHaveProperty('message', `The import into ${target} failed, and nothing of it was kept: ${words}`);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('where the file system has no links', () => {
  const noLinks = (): never => {
    throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
  };

  test('a new database is copied', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('partial'), 'all rows');
    linkOrCopy(folder.file('partial'), folder.file('new.db'), noLinks);
    expect(readFileSync(folder.file('new.db'), 'utf8')).toBe('all rows');
  });

  test('it overwrites nothing either', () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('partial'), 'all rows');
    writeFileSync(folder.file('new.db'), 'precious');
    expect(() => linkOrCopy(folder.file('partial'), folder.file('new.db'), noLinks)).toThrow(/EEXIST/);
    expect(readFileSync(folder.file('new.db'), 'utf8')).toBe('precious');
  });
});
