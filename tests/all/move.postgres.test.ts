import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import type { JwkSet } from '../../server/features/signing-keys/contract.ts';
import { randomness } from '../../server/kernel/token.ts';
import { makeFilledFile, tokenOf } from '../support/filled-file.ts';
import { isWhole } from '../support/many.ts';
import { makeOldServerFile } from '../support/old-server-file.ts';
import { addressOf, anyPort, projectFolder, run, withNode } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { asAdmin, blankDatabase, testDatabase } from '../support/test-database.ts';
import { audience, verifiedByHand } from '../support/tokens.ts';

type Project = ReturnType<typeof projectFolder>;

const line = 'exec node --import ./server/preload.mjs cli/latchkey.ts move';

const move = (project: Project, to: string, from = 'file:./userAuth.db'): Running =>
  run(`${line} --from '${from}' --to '${to}'`, { cwd: project.path, env: withNode() });

const post = async (url: string, path: string, body: unknown): Promise<Response> =>
  await fetch(`${url}/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const me = async (url: string, token: string): Promise<string> =>
  await (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).text();

async function tokenAt(url: string, session: string): Promise<{ jwt: string }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${session}` };
  const answer = await fetch(`${url}/api/auth/token/issue`, { method: 'POST', headers, body: '{}' });
  return (await answer.json()) as { jwt: string };
}

async function counts(url: string): Promise<unknown> {
  const found = await asAdmin(
    url,
    async (client) =>
      await client.query(`select (select count(*)::int from latchkey.users) as users,
        (select count(*)::int from latchkey.sessions) as sessions,
        (select count(*)::int from latchkey.limit_counters) as counters`),
  );
  return found.rows[0];
}

const execute = (path: string, sql: string): void => {
  const client = new Sqlite(path);
  client.exec(sql);
  client.close();
};

describe('a move to PostgreSQL', () => {
  test('keeps everybody signed in, every password, every limit and what signs tokens, and leaves the file as it is', async () => {
    using project = projectFolder();
    const ada = { email: 'ada@example.com', password: 'correct horse battery' };
    const bob = { email: 'bob@example.com', password: 'a battery of horses' };
    const tokens = { TOKEN_AUDIENCE: audience, ENCRYPTION_KEYS: randomness(32).toString('base64') };
    await using before = run('exec npm start', { cwd: project.path, env: { ...anyPort, ...tokens } });
    const oldUrl = await addressOf(before);
    const registered = await post(oldUrl, 'register', { ...ada, name: 'Ada 🗝', deliver: 'token' });
    const { token } = (await registered.json()) as { token: string };
    expect((await post(oldUrl, 'register', bob)).status).toBe(201);
    const shown = await me(oldUrl, token);
    const { jwt } = await tokenAt(oldUrl, token);
    // As if Bob had mistyped often: blocked for an hour.
    expect((await post(oldUrl, 'login', { ...bob, password: 'wrong' })).status).toBe(401);
    process.kill(-(before.child.pid ?? 0), 'SIGTERM');
    await before.ended;
    const anHourOn = Date.now() + 3_600_000;
    execute(
      project.file('userAuth.db'),
      `update limit_counters set blocked_until = ${anHourOn}, forget_at = ${anHourOn} where id like 'login.%account%'`,
    );
    const file = readFileSync(project.file('userAuth.db'));

    const url = await blankDatabase();
    await using moving = run(`npm run db:move -- --from file:./userAuth.db --to '${url}'`, { cwd: project.path });
    expect(await moving.ended).toEqual({ code: 0, signal: null });
    expect(moving.printed()).toMatch(/users +2 +sha256 \w{64}/);
    expect(moving.printed()).toMatch(/No server may run on .*userAuth\.db any more/);
    expect(moving.printed()).toContain('set DATABASE_URL');
    expect(readFileSync(project.file('userAuth.db')).equals(file)).toBe(true);

    await using after = run('npm start', { cwd: project.path, env: { ...anyPort, ...tokens, DATABASE_URL: url } });
    const newUrl = await addressOf(after);
    expect(await me(newUrl, token)).toBe(shown);
    const set = (await (await fetch(`${newUrl}/.well-known/jwks.json`)).json()) as JwkSet;
    for (const one of [jwt, (await tokenAt(newUrl, token)).jwt])
      expect(verifiedByHand(one, set)).toMatchObject({ aud: audience });
    expect(set.keys).toHaveLength(1);
    expect((await post(newUrl, 'login', bob)).status).toBe(429);
    expect((await post(newUrl, 'login', ada)).status).toBe(200);
  });

  test('that is killed in the middle is finished by a second one, and a third has nothing to do', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 6000);
    const url = await blankDatabase();
    await using killed = move(project, url);
    await killed.until(/Copying\n\d+ of 12600/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const all = { users: 6000, sessions: 6000, counters: 600 };
    const half = await counts(url);
    expect(half).not.toEqual(all);
    expect(half).not.toMatchObject({ users: 0 });

    await using second = move(project, url);
    expect((await second.ended).code).toBe(0);
    expect(await counts(url)).toEqual(all);
    await using third = move(project, url);
    expect((await third.ended).code).toBe(0);
    expect(await counts(url)).toEqual(all);

    await using server = run('npm start', { cwd: project.path, env: { ...anyPort, DATABASE_URL: url } });
    expect(await me(await addressOf(server), tokenOf(5999))).toContain('user5999@example.com');
  });

  test.runIf(isWhole)('may be started twice at once', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 3000);
    const url = await blankDatabase();
    await using one = move(project, url);
    await using other = move(project, url);
    expect([(await one.ended).code, (await other.ended).code]).toEqual([0, 0]);
    expect(await counts(url)).toEqual({ users: 3000, sessions: 3000, counters: 300 });
  });

  test.runIf(isWhole)('that is interrupted says that it may be run again', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 6000);
    const url = await blankDatabase();
    await using interrupted = move(project, url);
    await interrupted.until(/Copying/);
    interrupted.child.kill('SIGINT');
    expect(await interrupted.ended).toEqual({ code: 1, signal: null });
    expect(interrupted.printed()).toContain('Broken off; run it again');
    await using second = move(project, url);
    expect((await second.ended).code).toBe(0);
  });

  test('of a file without a single user is a move, too', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 0);
    const url = await blankDatabase();
    await using moving = move(project, url);
    expect((await moving.ended).code).toBe(0);
    expect(await counts(url)).toEqual({ users: 0, sessions: 0, counters: 0 });
  });

  test.each(['Copying', 'Comparing'])('notices a server that writes to the file while it says %s', async (when) => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 3000);
    const url = await blankDatabase();
    await using moving = move(project, url);
    await moving.until(new RegExp(when));
    execute(project.file('userAuth.db'), "update users set name = 'late' where email = 'user2999@example.com'");
    expect((await moving.ended).code).toBe(1);
    expect(moving.printed()).toMatch(/userAuth\.db was written to meanwhile.*Stop it, empty .* run the move/);
    const late = await asAdmin(
      url,
      async (client) => await client.query("select 1 from latchkey.users where name = 'late'"),
    );
    expect(late.rowCount).toBe(0);
    expect(await counts(url)).toMatchObject({ users: 3000, sessions: 3000 });
  });
});

describe('a move is refused in a sentence, and changes nothing,', () => {
  test('where the database has users of its own, or the same with another password', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 10);
    const url = await blankDatabase();
    await using first = move(project, url);
    expect((await first.ended).code).toBe(0);
    execute(
      project.file('userAuth.db'),
      `delete from users where email = 'user3@example.com';
       update users set password_hash = 'another', name = 'Eve' where email = 'user4@example.com';
       insert into users (id, created_at, email, password_hash) values ('01890000-0000-7000-8000-000000000000', 0, 'new@example.com', 'x')`,
    );
    const changed = new Sqlite(project.file('userAuth.db'), { readonly: true });
    const id = String(changed.prepare("select id from users where name = 'Eve'").pluck().get());
    changed.close();
    await using second = move(project, url);
    expect((await second.ended).code).toBe(1);
    expect(second.printed()).toMatch(/holds 1 users that are not in .*userAuth\.db/);
    expect(second.printed()).toContain('1 users are not the same in both:');
    expect(second.printed()).toContain(`  ${id}: name, passwordHash`);
    expect(second.printed()).not.toContain('another');
    expect(second.printed()).toContain('Nothing was changed');
    const rows = await asAdmin(
      url,
      async (client) => await client.query('select email, password_hash from latchkey.users'),
    );
    expect(rows.rows).toHaveLength(10);
    expect(rows.rows.map(({ password_hash: hash }) => hash)).not.toContain('another');
    expect(rows.rows.map(({ email }) => email)).not.toContain('new@example.com');
  });

  const foreign = 'create table invoices (id)';
  const older = `delete from latchkey_migrations where created_at = (select max(created_at) from latchkey_migrations)`;
  const changed = (sql: string) => async (path: string) => (await makeFilledFile(path, 2), execute(path, sql));
  const newer = "insert into latchkey_migrations (hash, created_at) values ('later', 9999999999999)";

  test.each<[string, (path: string) => unknown, string]>([
    ['is missing', () => {}, 'does not exist'],
    [
      'is no database',
      (path) => writeFileSync(path, 'a letter, and not a short one: '.repeat(99)),
      'not a SQLite database',
    ],
    ['is empty', (path) => writeFileSync(path, ''), 'is not a database of Latchkey'],
    ['is of another program', (path) => execute(path, foreign), 'is not a database of Latchkey'],
    ['is of the old server', (path) => makeOldServerFile(path), 'npm run import -- ./userAuth.db'],
    [
      'is older',
      async (path) => (await makeFilledFile(path, 1), execute(path, older)),
      'older version of Latchkey. Start',
    ],
    ['has lost a table', changed('drop table sessions'), 'no such table: sessions'],
    [
      'has a view that shows nothing in place of a table',
      changed('alter table events rename to old; create view events as select id from old'),
      'no such column',
    ],
    [
      'has a time that is none',
      changed("update users set created_at = 'canary' where email = 'user1@example.com'"),
      'of the users has as createdAt is no time',
    ],
    [
      'has an id that is none',
      changed("pragma foreign_keys = off; update users set id = 'canary' where email = 'user1@example.com'"),
      'SQLSTATE 22P02',
    ],
    [
      'is newer',
      async (path) => (await makeFilledFile(path, 1), execute(path, newer)),
      'newer version of Latchkey. Use',
    ],
  ])('where the file %s', async (_what, make, sentence) => {
    using project = projectFolder();
    const path = project.file('userAuth.db');
    await make(path);
    const before = existsSync(path) && readFileSync(path);
    await using target = await testDatabase();
    await using refused = move(project, target.url);
    expect((await refused.ended).code).toBe(1);
    expect(refused.printed()).toContain(sentence);
    expect(refused.printed()).not.toContain('    at ');
    expect(refused.printed()).not.toContain('canary');
    expect(existsSync(path) && readFileSync(path)).toEqual(before);
  });

  test('where there is no such database, by the name of the option', async () => {
    using project = projectFolder();
    await makeFilledFile(project.file('userAuth.db'), 1);
    const url = new URL(await blankDatabase());
    url.pathname = '/nothing';
    await using refused = move(project, url.href);
    expect((await refused.ended).code).toBe(1);
    expect(refused.printed()).toMatch(/does not exist\. Make it with createdb, or set --to to another/);
  });

  test.each([
    ['', 2, '--from and --to are missing.'],
    ['--help', 0, 'Usage: npm run latchkey -- move'],
    ['--from file:./a.db', 2, '--to is missing.'],
    ['--frm x', 2, "Unknown option '--frm'"],
    ['--from file:./a.db --to file:./a.db', 2, '--to: must be postgres://'],
    ['--from file:./a.db --to postgres://u:canary@db.example.com/x', 2, '--to: must end in ?sslmode'],
    ['--from ./a.db --to postgres://localhost/x', 2, '--from: must be file:'],
    ['--from postgres://localhost/x --to postgres://localhost/x', 2, '--from: must be file:'],
    ['--from file:./filled.db --to postgres://u:canary@127.0.0.1:1/x', 1, 'postgres://127.0.0.1:1/x does not answer'],
  ])('with arguments like %j', async (args, code, words) => {
    using project = projectFolder();
    await makeFilledFile(project.file('filled.db'), 1);
    await using refused = run(`${line} ${args}`, { cwd: project.path, env: withNode() });
    expect((await refused.ended).code).toBe(code);
    expect(refused.printed()).toContain(words);
    expect(refused.printed()).not.toContain('canary');
    expect(existsSync(project.file('a.db'))).toBe(false);
  });
});
