import { describe, expect, test } from 'vitest';

import { newId } from '../../server/kernel/id.ts';
import { runLatchkey } from '../support/command-line.ts';
import type { Ran, RunOptions } from '../support/command-line.ts';
import { stored } from '../support/database.ts';
import { withApp } from '../support/factors.ts';
import { signIn, statusOfMe } from '../support/people.ts';
import { complete } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** The command in another process than the server, as far as the server can tell. */
const users = async (app: TestApp, words: string, options: RunOptions = {}): Promise<Ran> =>
  await runLatchkey(['users', ...words.split(' ')], { ...options, env: { DATABASE_URL: app.database.url } });

async function json(app: TestApp, words: string, options: RunOptions = {}) {
  const ran = await users(app, `${words} --json`, options);
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(ran.out);
}

describe('latchkey users', () => {
  test('makes an account, to which a link gives a password, and shows it by address and id', async () => {
    await using app = await testApp();
    const made = await json(app, 'create ADA@example.com --name Ada --verified');
    expect(made).toMatchObject({ email: ada.email, name: 'Ada', emailVerified: true });
    for (const who of [ada.email, 'ADA@Example.com', made.id])
      expect(await json(app, `show ${who}`)).toEqual({ ...made, factors: [] });
    expect((await users(app, `show ${ada.email}`)).out).toContain(`\nname          Ada\n`);

    const { url } = await json(app, `reset-link ${ada.email}`);
    const token = new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? '';
    expect((await complete(app, token, ada.password)).status).toBe(200);
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('takes a password from standard input, and from nowhere else', async () => {
    await using app = await testApp();
    await json(app, `create ${ada.email} --password-from-stdin`, { input: `${ada.password}\n` });
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
    const typed = await users(app, `create eve@example.com --password x`);
    expect([typed.code, typed.err]).toEqual([2, expect.stringContaining("Unknown option '--password'")]);
  });

  test('refuses as a registration does, in a sentence', async () => {
    await using app = await testApp();
    await json(app, `create ${ada.email}`);
    for (const [words, input, sentence] of [
      [`create ${ada.email}`, '', 'This e-mail address has an account already.'],
      ['create nobody', '', 'email: Must be one e-mail address.'],
      ['create eve@example.com --password-from-stdin', 'short', 'at least 8'],
    ] as const) {
      const { code, out, err } = await users(app, words, { input });
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain(sentence);
    }
  });

  test('signs somebody out, disables and enables them at once, while the server runs', async () => {
    await using app = await testApp();
    const first = await signIn(app);
    expect(await json(app, `sign-out ${ada.email}`)).toEqual({
      id: first.userId,
      email: ada.email,
      sessionsEnded: 1,
    });
    expect(await statusOfMe(app, first.headers)).toBe(401);

    const second = await signIn(app);
    expect(await json(app, `disable ${ada.email}`)).toMatchObject({ disabledAt: expect.any(String) });
    expect(await statusOfMe(app, second.headers)).toBe(401);
    expect((await app.post('/api/auth/login', ada)).status).toBe(403);
    expect(await json(app, `enable ${first.userId}`)).toMatchObject({ disabledAt: null });
    expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  });

  test('says who is an administrator, and takes it back', async () => {
    await using app = await testApp();
    await json(app, `create ${ada.email}`);
    expect(await json(app, `set-admin ${ada.email}`)).toMatchObject({ adminSince: expect.any(String) });
    expect((await users(app, 'list')).out).toContain('admin not confirmed');
    expect(await json(app, `set-admin ${ada.email} --off`)).toMatchObject({ adminSince: null });
  });

  test('removes the factors of somebody, who is told of it by the server', async () => {
    await using app = await testApp();
    const { userId } = await withApp(app);
    expect((await json(app, `show ${userId}`)).factors).toContain('totp');
    await json(app, `remove-factors ${userId} --yes`);
    expect((await json(app, `show ${userId}`)).factors).toEqual([]);
    // The command goes by the clock of this machine.
    app.clock.forward(Date.now() - app.clock.now().getTime());
    const told = (await app.mails()).filter(({ to, text }) => to === ada.email && text.includes('removed'));
    expect(told.map(({ subject }) => subject)).toEqual(['Your second factors at localhost:0 were removed']);
  });

  test.each([
    ['without anybody to ask', {}, 2, 'say so by --yes'],
    ['where the answer is no', { answer: 'no' }, 1, 'Nothing was done.'],
  ])('deletes nobody %s', async (_when, options, code, sentence) => {
    await using app = await testApp();
    await json(app, `create ${ada.email}`);
    const ran = await users(app, `delete ${ada.email}`, options);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toContain(`Delete ${ada.email} and all that is stored of it? This cannot be undone`);
    expect(ran.err).toContain(sentence);
    expect((await stored(app)).users).toHaveLength(1);
  });

  test.each([
    ['--yes', {}],
    ['', { answer: 'yes' }],
  ])('deletes somebody for good where it is wanted (%j)', async (flags, options) => {
    await using app = await testApp();
    await json(app, `create ${ada.email}`);
    expect((await users(app, `delete ${ada.email} ${flags}`.trim(), options)).out).toBe(`Deleted ${ada.email}\n`);
    expect((await stored(app)).users).toEqual([]);
  });

  test('knows when there is nobody', async () => {
    await using app = await testApp();
    for (const act of ['show', 'disable', 'delete', 'reset-link'])
      for (const who of ['nobody@example.com', 'nobody', '01a21857-bf9f-7d7b-acf9-d15e03f37a25']) {
        const { code, err } = await users(app, `${act} ${who} --yes`);
        const sentence = `There is no user ${who}. They are named by their e-mail address or their id.`;
        expect([code, err]).toEqual([1, `${sentence}\n`]);
      }
  });
});

describe('latchkey users list', () => {
  const emailsIn = (out: string): string[] =>
    out
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).email);

  test('gives every account once, over as many pages as it takes, and goes on where it was ended', async () => {
    await using app = await testApp();
    const all = Array.from({ length: 205 }, (_, index) => `user${index}@example.com`);
    const { orm, tables } = await app.db();
    const rest = { createdAt: app.clock.now(), passwordHash: 'none' };
    await orm.insert(tables.users).values(all.map((email) => ({ id: newId(), email, ...rest })));
    expect(emailsIn((await users(app, 'list --json')).out)).toEqual(all);

    const some = await users(app, 'list --json --limit 150');
    expect(emailsIn(some.out)).toEqual(all.slice(0, 150));
    const { id } = JSON.parse(some.out.trim().split('\n').at(-1) ?? '');
    expect(emailsIn((await users(app, `list --json --after ${id}`)).out)).toEqual(all.slice(150));
    const lines = (await users(app, 'list --limit 2')).out.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^id +created +state +e-mail$/);
    expect(lines[1]).toMatch(/^\S{36} {2}\d{4}-\d\d-\d\d {2}not confirmed +user0@example\.com$/);

    await orm.update(tables.users).set({ disabledAt: new Date(0), adminSince: new Date(0) });
    const [, first] = (await users(app, 'list --limit 1')).out.split('\n');
    expect(first).toMatch(/ disabled admin not confirmed +user0@example\.com$/);
  });

  test('takes a beginning of addresses as it is written: % and _ stand for themselves', async () => {
    await using app = await testApp();
    for (const email of ['a_b@example.com', 'axb@example.com', 'a%c@example.com', 'über@example.com'])
      await app.auth.users.create({ email });
    for (const [prefix, found] of [
      ['a_', ['a_b@example.com']],
      ['A%', ['a%c@example.com']],
      ['ÜB', ['über@example.com']],
      ['z', []],
    ] as const)
      expect(emailsIn((await users(app, `list --json --email-prefix ${prefix}`)).out)).toEqual(found);
  });

  test.each(['--limit 0', '--limit x', '--after ada'])('is refused %s', async (words) => {
    expect((await runLatchkey(['users', 'list', ...words.split(' ')])).code).toBe(2);
  });

  test('shows no control character of a name to a terminal', async () => {
    await using app = await testApp();
    await app.auth.users.create({ email: ada.email, name: 'Ada\u202eadA' });
    const { out } = await users(app, 'list');
    expect(out).toContain(String.raw`(Ada\u{202e}adA)`);
  });
});
