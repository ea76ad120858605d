import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { inspectFile } from '../../server/db/inspect-file.ts';
import { makeOldServerFile } from '../support/old-server-file.ts';
import type { OldRow } from '../support/old-server-file.ts';
import { addressOf, projectFolder, run } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const logIn = async (url: string, email: string, password: string): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/api/auth/login`, { method: 'POST', headers, body: JSON.stringify({ email, password }) }))
    .status;
};

// Each part of it would make a file `obeyed`, if a shell took it for more than a name.
const hostileName = '$(touch obeyed) `touch obeyed` "; touch obeyed; " it\'s.db';

const isPartial = (name: string): boolean => name.includes('partial');

/** Accounts enough that one can do something while they are hashed, at a cost at which that takes a second or two. */
const manyAccounts = Array.from({ length: 20 }, (_, index): OldRow => [`user${index}@example.com`, 'password']);
const slowly = { BCRYPT_COST: '11' };

function rowsOf(path: string, query: string): unknown[] {
  const client = new Sqlite(path, { readonly: true });
  try {
    return client.prepare(query).pluck().all();
  } finally {
    client.close();
  }
}

describe('a file of the old server', () => {
  test.each(['userAuth.db', 'my old users.db', ...(process.platform === 'win32' ? [] : [hostileName])])(
    'named %s stops npm start; the commands that it prints bring the accounts over; the file stays as it is',
    async (name) => {
      using project = projectFolder();
      makeOldServerFile(project.file(name), [
        ['ada@example.com', 'correct horse battery'],
        ['ADA@example.com', 'the double'],
        ['nobody', 'malformed'],
      ]);
      const before = readFileSync(project.file(name));
      const env: Record<string, string> = name === 'userAuth.db' ? {} : { DATABASE_URL: `file:./${name}` };

      await using refused = run('npm start', { cwd: project.path, env: { PORT: '0', ...env } });
      expect((await refused.ended).code).toBe(1);
      expect(refused.printed()).toContain('was made by the old Express server');
      const commands = refused
        .printed()
        .split('\n')
        .filter((line) => /^ {2}(npm|DATABASE_URL|set) ?/.test(line))
        .map((line) => line.trim());
      expect(commands).toHaveLength(2);
      const [importing = '', starting = ''] = commands;

      await using imported = run(importing, { cwd: project.path });
      expect((await imported.ended).code).toBe(0);
      expect(imported.printed()).toMatch(/Left out: id 2, .*also that of id 1/);
      expect(imported.printed()).toMatch(/Left out: id 3, .*malformed/);
      expect(imported.printed()).toMatch(/Imported 1 of 3 accounts/);

      await using server = run(starting, { cwd: project.path, env: { PORT: '0' } });
      const url = await addressOf(server);
      expect(await logIn(url, 'ada@example.com', 'correct horse battery')).toBe(200);
      expect(await logIn(url, 'ada@example.com', 'the double')).toBe(401);

      expect(readFileSync(project.file(name)).equals(before)).toBe(true);
      expect(readdirSync(project.path)).not.toContain(`${name}-journal`);
      expect(readdirSync(project.path)).not.toContain('obeyed');
    },
  );

  test('is found by its old ids after the import', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('old.db'), [['ada@example.com', 'correct horse battery']]);
    await using imported = run('npm run import -- ./old.db', { cwd: project.path });
    expect((await imported.ended).code).toBe(0);
    expect(rowsOf(project.file('old.latchkey.db'), "select email from users where imported_id = '1'")).toEqual([
      'ada@example.com',
    ]);
    expect(readdirSync(project.path).filter(isPartial)).toEqual([]);
  });

  test('is brought over by one of two imports at once, whole, and the other says that it was late', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('old.db'), manyAccounts);
    const start = () => run('npm run import -- ./old.db', { cwd: project.path, env: slowly });
    await using one = start();
    await using other = start();
    const codes = [(await one.ended).code, (await other.ended).code];
    expect(codes.toSorted()).toEqual([0, 1]);
    const late = codes[0] === 1 ? one : other;
    expect(late.printed()).toMatch(
      /old\.latchkey\.db (was made by another program while the import ran|exists already)/,
    );
    expect(rowsOf(project.file('old.latchkey.db'), 'select count(*) from users')).toEqual([20]);
    expect(readdirSync(project.path).filter(isPartial)).toEqual([]);
  });

  test('may be named like a partial import: it survives', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('userAuth.latchkey.db.partial'));
    const before = readFileSync(project.file('userAuth.latchkey.db.partial'));
    await using imported = run('npm run import -- ./userAuth.latchkey.db.partial', { cwd: project.path });
    expect((await imported.ended).code).toBe(0);
    expect(readFileSync(project.file('userAuth.latchkey.db.partial')).equals(before)).toBe(true);
  });

  test.skipIf(process.platform === 'win32')('leaves nothing behind when its import is interrupted', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('old.db'), manyAccounts);
    const before = readdirSync(project.path);
    await using imported = run('exec npm run import -- ./old.db', { cwd: project.path, env: slowly });
    await imported.until(/\d+ of 20/);
    process.kill(-(imported.child.pid ?? 0), 'SIGINT');
    expect((await imported.ended).code).not.toBe(0);
    expect(imported.printed()).toContain('The import was interrupted, and nothing of it was kept.');
    expect(readdirSync(project.path)).toEqual(before);
  });

  test('with ids of every kind keeps them apart, and is reported without obeying them', async () => {
    using project = projectFolder();
    const client = new Sqlite(project.file('old.db'));
    client.exec(`create table users (ID, Email, "PASSWORD");
      insert into users values (9007199254740993, 'a@example.com', 'password'), (9007199254740992, 'b@example.com', 'password'),
        (10, 'c@example.com', 'the double'), (2, 'c@example.com', 'the oldest'), ('2', 'd@example.com', 'password'),
        (x'1b', 'e@example.com', 'password'), (null, 'f@example.com', 'password'), (null, 'g@example.com', 'password'),
        ('z' || char(27) || '[2J' || char(155) || 'K' || char(10) || 'Imported', 'nobody', 'password')`);
    client.close();
    await using imported = run('npm run import -- ./old.db', { cwd: project.path });
    expect((await imported.ended).code).toBe(0);
    expect(rowsOf(project.file('old.latchkey.db'), 'select imported_id from users order by email')).toEqual([
      '9007199254740993',
      '9007199254740992',
      '2',
      "X'1B'",
    ]);
    const lines = imported.printed().split('\n');
    expect(lines.filter((line) => line.startsWith('Left out'))).toEqual([
      'Left out: an account without an id, because it could not be found again without an id.',
      'Left out: an account without an id, because it could not be found again without an id.',
      'Left out: id 10, because its e-mail address is also that of id 2, which comes first.',
      'Left out: id 2, because its id is also that of an account before it.',
      String.raw`Left out: id z\u{1b}[2J\u{9b}K\u{a}Imported, because its e-mail address is malformed.`,
    ]);
    expect(imported.printed()).toContain('Imported 4 of 9 accounts');
  });

  test('without a single usable account is imported all the same', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('old.db'), [['nobody', 'password']]);
    await using imported = run('npm run import -- ./old.db', { cwd: project.path });
    expect((await imported.ended).code).toBe(0);
    expect(imported.printed()).toContain('1 of 1\n');
    expect(imported.printed()).toContain('Imported 0 of 1 accounts');
  });

  // A log that lies there without its database would be written into the new one.
  test.each(['old.latchkey.db', 'old.latchkey.db-wal', 'old.latchkey.db-journal'])(
    'is not imported where there is a file %s already',
    async (name) => {
      using project = projectFolder();
      makeOldServerFile(project.file('old.db'));
      writeFileSync(project.file(name), 'something else');
      await using imported = run('npm run import -- ./old.db', { cwd: project.path });
      expect((await imported.ended).code).toBe(1);
      expect(imported.printed()).toContain(`${name} exists already`);
      expect(readFileSync(project.file(name), 'utf8')).toBe('something else');
    },
  );

  test.each([
    ['', 2, /<file> is missing/],
    ['./missing.db', 1, /missing\.db does not exist/],
    ['./server/config.ts', 1, /Each line has to be one JSON object in UTF-8/],
    ['./package.json', 1, /none of JSON lines: its first line is not one whole object/],
  ])('is asked for in words when it is not there: %j', async (argument, code, words) => {
    using project = projectFolder();
    await using imported = run(`npm run import -- ${argument}`, { cwd: project.path });
    expect((await imported.ended).code).toBe(code);
    expect(imported.printed()).toMatch(words);
    expect(existsSync(project.file('userAuth.db'))).toBe(false);
  });

  test.skipIf(process.platform === 'win32')('is imported with a progress bar on a terminal', () => {
    using project = projectFolder();
    makeOldServerFile(
      project.file('old.db'),
      Array.from({ length: 8 }, (_, index) => [`user${index}@example.com`, 'password']),
    );
    // `script` gives the command a terminal.
    const printed = execFileSync('script', ['-qec', 'npm run import -- ./old.db', '/dev/null'], {
      cwd: project.path,
    }).toString();
    expect(printed).toContain('█');
    expect(printed).toContain('8 of 8');
  });
});

test.each([
  ['its tables', 'create table "bad\u001b[2J\u009bK\u202e\ntable" (id)'],
  ['what it refers to', 'create view users as select id, email, password from "bad\u001b[2J\u009bK\u202e\ntable"'],
])('a foreign file is named in one line, whatever the names of %s would do to a terminal', (_what, statement) => {
  using folder = temporaryFolder();
  new Sqlite(folder.file('a.db')).exec(statement).close();
  expect(() => inspectFile(folder.file('a.db'))).toThrow(String.raw`bad\u{1b}[2J\u{9b}K\u{202e}\u{a}table`);
});
