import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { makeFilledFile, tokenOf } from '../support/filled-file.ts';
import { makeOldServerFile } from '../support/old-server-file.ts';
import { addressOf, anyPort, projectFolder, run, withNode } from '../support/process.ts';
import type { Running } from '../support/process.ts';

type Project = ReturnType<typeof projectFolder>;

const line = 'exec node --import ./server/preload.mjs cli/latchkey.ts backup';

const backUp = (project: Project, args: string, env: Record<string, string> = {}): Running =>
  run(`${line} ${args}`, { cwd: project.path, env: { ...withNode(), ...env } });

const register = async (url: string, email: string): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ email, password: 'correct horse battery' });
  return (await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body })).status;
};

function emailsIn(path: string): unknown[] {
  const client = new Sqlite(path, { readonly: true });
  try {
    return client.prepare('select email from users').pluck().all();
  } finally {
    client.close();
  }
}

const namesBeside = (project: Project): string[] => readdirSync(project.path).filter((name) => name.includes('backup'));

describe('a backup', () => {
  test('of a server that registers without pause opens, and holds every account that there was before it', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 10_000);
    await using server = run('npm start', { cwd: project.path, env: { ...anyPort, RATE_LIMITS: 'off' } });
    const url = await addressOf(server);

    const acknowledged: string[] = [];
    const over = new AbortController();
    async function keepRegistering(who: number): Promise<void> {
      for (let turn = 0; turn < 1000 && !over.signal.aborted; turn += 1) {
        const email = `late${who}-${turn}@example.com`;
        if ((await register(url, email)) === 201) acknowledged.push(email);
      }
    }
    const registering = [keepRegistering(1), keepRegistering(2), keepRegistering(3)];
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(10);
    const before = [...acknowledged];
    await using backup = run('npm run db:backup -- --to backup.db', { cwd: project.path });
    const ended = await backup.ended;
    const after = acknowledged.length;
    over.abort();
    await Promise.all(registering);
    expect(ended.code).toBe(0);
    expect(after).toBeGreaterThan(before.length);

    const emails = new Set(emailsIn(project.file('backup.db')));
    expect(before.filter((email) => !emails.has(email))).toEqual([]);
    expect(emails.size).toBeGreaterThanOrEqual(10_000 + before.length);
    expect(backup.printed()).toMatch(new RegExp(`Backed up ${emails.size} users and \\d+ sessions into .*backup\\.db`));
    expect(namesBeside(project)).toEqual(['backup.db']);
    if (process.platform !== 'win32') expect(statSync(project.file('backup.db')).mode & 0o777).toBe(0o600);
  });

  test('put in the place of the file brings everything back, sessions too', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('users.db'), 10);
    await using backup = backUp(project, '--to backup.db', { DATABASE_URL: 'file:./users.db' });
    expect((await backup.ended).code).toBe(0);
    copyFileSync(project.file('backup.db'), project.file('userAuth.db'));
    await using server = run('npm start', { cwd: project.path, env: anyPort });
    const headers = { authorization: `Bearer ${tokenOf(7)}` };
    const me = await fetch(`${await addressOf(server)}/api/auth/me`, { headers });
    expect(await me.text()).toContain('user7@example.com');
  });

  test('that is killed leaves nothing under its name, unless it was whole', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 20_000);
    await using backup = backUp(project, '--to backup.db');
    await backup.until(/\d+ of \d+/);
    backup.child.kill('SIGKILL');
    await backup.ended;
    if (existsSync(project.file('backup.db'))) expect(emailsIn(project.file('backup.db'))).toHaveLength(20_000);
    else expect(namesBeside(project).length).toBeGreaterThan(0);
    await using second = backUp(project, '--to second.db');
    expect((await second.ended).code).toBe(0);
  });

  test.each(['backup.db', 'backup.db-wal', 'backup.db-journal'])('overwrites no file: %s', async (name) => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 1);
    writeFileSync(project.file(name), 'precious');
    await using backup = backUp(project, '--to backup.db');
    expect((await backup.ended).code).toBe(1);
    expect(backup.printed()).toMatch(/exists already, and the backup makes a new one/);
    expect(readFileSync(project.file(name), 'utf8')).toBe('precious');
    expect(namesBeside(project)).toEqual([name]);
  });

  test('of PostgreSQL is the work of pg_dump, with the line to run and without the password', async () => {
    using project = projectFolder();
    const env = { DATABASE_URL: 'postgres://latchkey:canary@db.example.com:5433/auth?sslmode=verify-full' };
    await using backup = backUp(project, '--to my.dump', env);
    expect((await backup.ended).code).toBe(1);
    expect(backup.printed()).toContain(
      "  pg_dump --format=custom --schema=latchkey --file=my.dump 'postgres://latchkey@db.example.com:5433/auth?sslmode=verify-full'\n",
    );
    expect(backup.printed()).not.toContain('canary');
  });

  test.each<[string, (path: string) => void, string]>([
    ['is missing', () => {}, 'userAuth.db does not exist'],
    ['is empty', (path) => writeFileSync(path, ''), 'is not a database of Latchkey'],
    ['is no database', (path) => writeFileSync(path, 'a letter: '.repeat(999)), 'not a SQLite database'],
    ['is of the old server', (path) => makeOldServerFile(path), 'npm run import -- ./userAuth.db'],
  ])('of a file that %s is refused in a sentence, and nothing is made', async (_what, make, sentence) => {
    using project = projectFolder();
    make(project.file('userAuth.db'));
    const before = readdirSync(project.path);
    await using backup = backUp(project, '--to backup.db');
    expect((await backup.ended).code).toBe(1);
    expect(backup.printed()).toContain(sentence);
    expect(backup.printed()).not.toContain('    at ');
    expect(readdirSync(project.path)).toEqual(before);
  });

  test.each([
    ['', 2, '--to is missing.'],
    ['--help', 0, 'Usage: npm run latchkey -- backup'],
    ['--two backup.db', 2, "Unknown option '--two'"],
    ['--from ./userAuth.db --to backup.db', 2, '--from: must be file:'],
    ['--to nowhere/backup.db', 1, 'into which the backup would be written. Make it first.'],
  ])('asked for by %j', async (args, code, words) => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 1);
    await using backup = backUp(project, args);
    expect((await backup.ended).code).toBe(code);
    expect(backup.printed()).toContain(words);
    expect(namesBeside(project)).toEqual([]);
  });
});
