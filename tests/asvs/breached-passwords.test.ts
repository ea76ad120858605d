import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';

import { createAuth } from '../../server/create-auth.ts';
import { breachedList, fileHandles, inOrderOfHashes } from '../support/breached-list.ts';
import { entriesOf } from '../support/log-entries.ts';
import { signIn } from '../support/people.ts';
import { outcomeOf, procedures } from '../support/procedures.ts';
import { complete, linkedToken, mailedToken } from '../support/reset-links.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
afterEach(() => vi.restoreAllMocks());

/** None of them is common, short or guessable. */
const stolen = Array.from({ length: 5000 }, (_, index) => `violin above river ${index}`);
const sorted = inOrderOfHashes(stolen);
const [listed = '', middle = '', last = ''] = [sorted[0], sorted[2500], sorted.at(-1)];

/** A server that knows a list of breached passwords. */
async function appWith(text: string, name = 'list.txt'): Promise<TestApp> {
  writeFileSync(folder.file(name), text);
  return await testApp({ env: { BREACHED_PASSWORDS: folder.file(name), RATE_LIMITS: 'off' } });
}

let people = 0;
const register = async (app: TestApp, password: string): Promise<string> =>
  await outcomeOf(await app.post('/api/auth/register', { email: `user${(people += 1)}@example.com`, password }));

test.each([
  ['as it is offered', { lineEnd: '\r\n' }],
  ['with LF', { lineEnd: '\n' }],
  ['without counts', { hasCounts: false }],
  ['without counts, with CRLF', { hasCounts: false, lineEnd: '\r\n' }],
])('6.2.12 no password of a list can be set, and every other can: a list %s', async (_what, form) => {
  await using app = await appWith(breachedList(stolen, form));
  const tried = [listed, middle, last, ...sorted.filter((_, index) => index % 200 === 7)];
  for (const password of tried) expect(await register(app, password)).toBe('PASSWORD_BREACHED');
  expect(app.hashes()).toBe(0);
  for (const password of tried.slice(0, 10)) expect(await register(app, `${password}!`)).toBe('done');
});

test('6.2.12 a list of one password is one', async () => {
  await using app = await appWith(breachedList([listed], { lineEnd: '' }));
  expect(await register(app, listed)).toBe('PASSWORD_BREACHED');
  expect(await register(app, middle)).toBe('done');
});

test('6.2.12 whatever sets a password refuses one of the list, says what to do, and leaves all as it was', async () => {
  await using app = await appWith(breachedList(stolen));
  const { headers } = await signIn(app);
  const mailed = await mailedToken(app, ada.email);
  await app.post('/api/auth/register', { email: 'eve@example.com', password: ada.password });
  const linked = await linkedToken(app, 'eve@example.com');
  const hashes = app.hashes();

  const change = { currentPassword: ada.password, newPassword: middle };
  const grace = { email: 'grace@example.com', password: middle };
  const ways: Record<string, () => Promise<Response>> = {
    'auth.register': async () => await app.post('/api/auth/register', grace),
    'auth.password.change': async () => await app.post('/api/auth/password/change', change, headers),
    'auth.passwordReset.complete': async () => await complete(app, mailed, middle),
  };
  // A new procedure that sets one has to be here.
  const setting = procedures.filter(({ path, fields }) => path === 'auth.register' || fields.includes('newPassword'));
  expect(setting.map(({ path }) => path).toSorted()).toEqual(Object.keys(ways).toSorted());
  for (const refused of [...Object.values(ways), async () => await complete(app, linked, middle)]) {
    const answer = await refused();
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      reason: 'PASSWORD_BREACHED',
      message: 'Choose another password, and change this one wherever you use it: it is in a list of stolen ones.',
    });
  }
  await expect(app.auth.users.create(grace)).rejects.toMatchObject({ refusal: { reason: 'PASSWORD_BREACHED' } });
  expect(await app.auth.users.find({ email: grace.email })).toBeNull();
  expect(app.hashes()).toBe(hashes);

  expect((await app.post('/api/auth/login', ada)).status).toBe(200);
  // Nothing was spent by what was refused.
  expect((await complete(app, mailed, `${middle}!`)).status).toBe(200);
  expect((await complete(app, linked, `${middle}!`)).status).toBe(200);
});

test('6.2.12 a login with a breached password, from before there was a list, goes on', async () => {
  await using before = await testApp();
  await before.post('/api/auth/register', { ...ada, password: middle });
  writeFileSync(folder.file('later.txt'), breachedList(stolen));
  const env = { BREACHED_PASSWORDS: folder.file('later.txt') };
  await using app = await testApp({ env, database: before.database });
  expect((await app.post('/api/auth/login', { ...ada, password: middle })).status).toBe(200);
});

/** Which of these files are open. */
const openOf = (files: Set<unknown>): boolean[] =>
  // What `read` was called on; vitest does not know its type.
  Array.from(files as Set<FileHandle>, ({ fd }) => fd !== -1);

test('6.2.12 what is looked up reads a few small pieces of a file that is opened once, and last of all checks', async () => {
  const text = breachedList([...stolen, 'password123', 'latchkey2026', 'short']);
  const read = vi.spyOn(await fileHandles(), 'read');
  await using app = await appWith(text);
  const opened = new Set(read.mock.contexts);
  for (const [password, reason] of [
    ['short', 'PASSWORD_TOO_SHORT'],
    ['password123', 'PASSWORD_COMMON'],
    ['latchkey2026', 'PASSWORD_GUESSABLE'],
  ] as const) {
    read.mockClear();
    expect(await register(app, password)).toBe(reason);
    expect(read).not.toHaveBeenCalled();
  }
  const blocks = Math.ceil(text.length / 4096);
  for (const password of [listed, middle, last, 'violin below river']) {
    read.mockClear();
    await register(app, password);
    expect(read.mock.calls.length).toBeGreaterThan(0);
    expect(read.mock.calls.length).toBeLessThanOrEqual(Math.floor(Math.log2(blocks)) + 1);
    for (const [, , bytes] of read.mock.calls as unknown[][]) expect(bytes).toBeLessThanOrEqual(4096 + 65);
    for (const file of read.mock.contexts) opened.add(file);
  }
  expect(openOf(opened)).toEqual([true]);
  await app.auth.close();
  expect(openOf(opened)).toEqual([false]);
});

describe('a start', () => {
  test.each([
    ['is empty', ''],
    ['is not sorted by hash', breachedList(stolen).trim().split('\n').toReversed().join('\n')],
    ['has a line that is none of a hash', stolen.join('\n')],
  ])('6.2.12 with a list that %s stops, says what is expected, and touches no database', async (fault, text) => {
    const path = folder.file('wrong.txt');
    writeFileSync(path, text);
    const databaseUrl = `file:${folder.file('none.db')}`;
    const starting = createAuth({ databaseUrl, breachedPasswords: path });
    await expect(starting).rejects.toMatchObject({
      name: 'ConfigError',
      faults: [
        expect.stringContaining(`BREACHED_PASSWORDS (breachedPasswords): the file ${path} ${fault}. It must be`),
      ],
    });
    expect(existsSync(folder.file('none.db'))).toBe(false);
  });

  test('that fails for another reason lets go of the list', async () => {
    writeFileSync(folder.file('list.txt'), breachedList(stolen));
    const read = vi.spyOn(await fileHandles(), 'read');
    const databaseUrl = `file:${folder.file('no/such/folder.db')}`;
    await expect(createAuth({ databaseUrl, breachedPasswords: folder.file('list.txt') })).rejects.toThrow('no/such');
    expect(openOf(new Set(read.mock.contexts))).toEqual([false]);
  });
});

test('16.5.3 while the list cannot be read no password is set, the others are refused as ever, and people sign in', async () => {
  await using app = await appWith(breachedList(stolen), 'truncated.txt');
  await app.post('/api/auth/register', ada);
  const hashes = app.hashes();
  truncateSync(folder.file('truncated.txt'), 10);

  const answer = await app.post('/api/auth/register', { email: 'eve@example.com', password: 'violin below river' });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('60');
  expect(await answer.json()).toMatchObject({ reason: 'BUSY' });
  const create = app.auth.users.create({ email: 'eve@example.com', password: 'violin below river' });
  await expect(create).rejects.toMatchObject({ refusal: { reason: 'BUSY' } });
  expect(app.hashes()).toBe(hashes);
  expect(await app.auth.users.find({ email: 'eve@example.com' })).toBeNull();
  expect(await register(app, 'password123')).toBe('PASSWORD_COMMON');
  expect((await app.post('/api/auth/login', ada)).status).toBe(200);

  const logged = entriesOf(app).filter(({ event }) => event === 'password.notCompared');
  expect(logged).toHaveLength(2);
  expect(logged[0]).toMatchObject({ level: 'error', err: { message: 'has become shorter' } });
  expect(app.logged()).not.toContain('violin');

  writeFileSync(folder.file('truncated.txt'), breachedList(stolen));
  expect(await register(app, 'violin below river')).toBe('done');
  expect(await register(app, listed)).toBe('PASSWORD_BREACHED');
});
