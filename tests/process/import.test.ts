import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { makeOldServerFile } from '../support/old-server-file.ts';
import { addressOf, projectFolder, run } from '../support/process.ts';

const logIn = async (url: string, email: string, password: string): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/api/auth/login`, { method: 'POST', headers, body: JSON.stringify({ email, password }) }))
    .status;
};

describe('a file of the old server', () => {
  test.each(['userAuth.db', 'my old users.db'])(
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

      await using imported = run(importing, { cwd: project.path, env });
      expect((await imported.ended).code).toBe(0);
      expect(imported.printed()).toMatch(/Left out: id 2, .*also that of id 1/);
      expect(imported.printed()).toMatch(/Left out: id 3, .*malformed/);
      expect(imported.printed()).toMatch(/Imported 1 of 3 accounts/);

      await using server = run(starting, { cwd: project.path, env: { PORT: '0', ...env } });
      const url = await addressOf(server);
      expect(await logIn(url, 'ada@example.com', 'correct horse battery')).toBe(200);
      expect(await logIn(url, 'ada@example.com', 'the double')).toBe(401);

      expect(readFileSync(project.file(name)).equals(before)).toBe(true);
      expect(readdirSync(project.path)).not.toContain(`${name}-journal`);
    },
  );

  test('is found by its old ids after the import', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('old.db'), [['ada@example.com', 'correct horse battery']]);
    await using imported = run('npm run import -- ./old.db', { cwd: project.path });
    expect((await imported.ended).code).toBe(0);
    const client = new Sqlite(project.file('userAuth.db'), { readonly: true });
    expect(client.prepare("select email from users where imported_id = '1'").pluck().get()).toBe('ada@example.com');
    client.close();
    expect(readdirSync(project.path).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('is not imported over a database that exists', async () => {
    using project = projectFolder();
    makeOldServerFile(project.file('old.db'));
    writeFileSync(project.file('userAuth.db'), 'something else');
    await using imported = run('npm run import -- ./old.db', { cwd: project.path });
    expect((await imported.ended).code).toBe(1);
    expect(imported.printed()).toMatch(/exists already/);
    expect(readFileSync(project.file('userAuth.db'), 'utf8')).toBe('something else');
  });

  test.each([
    ['', 2, /Usage: npm run import/],
    ['./missing.db', 1, /missing\.db cannot/],
    ['./package.json', 1, /is not a SQLite database/],
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
