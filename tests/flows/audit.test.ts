import { expect, test } from 'vitest';

import { eventKinds } from '../../server/features/events/contract.ts';
import { atHome, eventsIn, registered, remove, update } from '../support/own-account.ts';
import { complete, linkedToken, mailedToken, tokenIn } from '../support/reset-links.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const name = 'Augusta Ada King';
const newPassword = 'a horse of another colour';
const wrong = { ...ada, password: 'wrong horse battery' };

interface Scene {
  app: TestApp;
  headers: Record<string, string>;
  id: string;
  secrets: string[];
}

const post = async ({ app, headers }: Scene, path: string, body: object): Promise<Response> =>
  await app.post(`/api/auth/${path}`, body, { ...atHome, ...headers });

/** What can be done, in an order in which each is possible, and the events that it leaves. */
const flows: [what: string, flow: (scene: Scene) => Promise<unknown>, kinds: string[]][] = [
  ['a login', async ({ app }) => await app.post('/api/auth/login', ada), ['session.started']],
  ['a wrong password', async ({ app }) => await app.post('/api/auth/login', wrong), []],
  ['a registration of what is taken', async ({ app }) => await app.post('/api/auth/register', ada), []],
  ['a change of the name', async (scene) => await post(scene, 'account/update', { name: null }), ['user.updated']],
  ['the same once more', async (scene) => await post(scene, 'account/update', { name: null }), []],
  ['one that is refused', async (scene) => await post(scene, 'account/update', { locale: 'fr' }), []],
  ['the password again', async (scene) => await verify(scene), ['session.verified']],
  ['a look at oneself', async ({ app, headers }) => await app.get('/api/auth/account/export', headers), []],
  ['a logout', async (scene) => await post(scene, 'logout', {}), ['session.ended']],
  ['a mail for a reset', async (scene) => await forget(scene), []],
  [
    'a reset',
    async ({ app, secrets }) => await complete(app, secrets.at(-1) ?? '', newPassword),
    ['password.changed', 'email.verified'],
  ],
  ['the same link again', async ({ app, secrets }) => await complete(app, secrets.at(-1) ?? '', newPassword), []],
  ['the operator disables', async ({ app, id }) => await app.auth.users.disable(id), ['user.disabled']],
  ['once more', async ({ app, id }) => await app.auth.users.disable(id), []],
  ['the operator enables', async ({ app, id }) => await app.auth.users.enable(id), ['user.enabled']],
  ['all sessions are ended', async ({ app, id }) => await app.auth.users.endSessions(id), ['user.sessionsEnded']],
  ['a link by the operator', async ({ app }) => await linkedToken(app, ada.email), []],
];

async function verify(scene: Scene): Promise<void> {
  const answer = await post(scene, 'sessions/verify', { password: ada.password });
  scene.headers = { authorization: `Bearer ${(await answer.json()).token}` };
}

async function forget({ app, secrets }: Scene): Promise<void> {
  secrets.push(await mailedToken(app, ada.email));
}

test('16.3.1 16.2.5 each flow leaves the events that it should and no other, changes none before it, and none holds a secret or a name', async () => {
  await using app = await testApp();
  const person = await registered(app, { ...ada, name }, atHome);
  const scene: Scene = { app, ...person, secrets: [] };
  let before = await eventsIn(app);
  expect(before.map(({ kind }) => kind)).toEqual(['user.registered', 'session.started']);
  for (const [what, flow, kinds] of flows) {
    await flow(scene);
    const after = await eventsIn(app);
    const added = after.slice(before.length);
    expect([what, ...added.map(({ kind }) => kind)]).toEqual([what, ...kinds]);
    expect(after.slice(0, before.length)).toEqual(before);
    for (const one of added) expect(one.userId).toBe(person.id);
    before = after;
  }
  const { users, sessions } = await hashesIn(app);
  const text = JSON.stringify(before);
  const token = person.headers['authorization']?.replace('Bearer ', '') ?? '';
  const secrets = [ada.email, name, ada.password, newPassword, wrong.password, token, ...scene.secrets];
  for (const secret of [...secrets, ...users, ...sessions]) expect(text).not.toContain(secret);
});

async function hashesIn(app: TestApp): Promise<{ users: string[]; sessions: string[] }> {
  const { orm, tables } = await app.db();
  const users = (await orm.select().from(tables.users)).map(({ passwordHash }) => passwordHash);
  const sessions = (await orm.select().from(tables.sessions)).map(({ tokenHash }) => tokenHash.toString('base64'));
  return { users, sessions };
}

test('16.2.1 an event says when, from where, whose and by which session, and of the operator that it was nobody’s request', async () => {
  await using app = await testApp();
  const person = await registered(app, ada, atHome);
  app.clock.forward(1000);
  await app.post('/api/auth/account/update', { name }, { ...atHome, ...person.headers });
  await app.auth.users.endSessions(person.id);
  const [registration, started, updated, ended] = await eventsIn(app);
  const sessionId = JSON.parse(started?.data ?? '{}').sessionId;
  const address = atHome['x-forwarded-for'];
  for (const event of [registration, started, updated])
    expect(event).toMatchObject({ userId: person.id, address, sessionId });
  expect(updated?.createdAt).toEqual(app.clock.now());
  expect(ended).toMatchObject({ userId: person.id, address: null, sessionId: null, data: '{"by":"operator"}' });
});

test('16.2.1 every event is one line of the log as well, with its kind, its person and the request', async () => {
  await using app = await testApp();
  const person = await registered(app, ada, atHome);
  await update(app, person, { name });
  await remove(app, person);
  const logged = app
    .logged()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event in eventKinds);
  expect(logged.map(({ event }) => event)).toEqual((await eventsIn(app)).map(({ kind }) => kind));
  for (const line of logged)
    expect(line).toMatchObject({ userId: person.id, requestId: expect.any(String), address: expect.any(String) });
  expect(app.logged()).not.toMatch(/ada@|Augusta|Firefox/);
  expect(tokenIn(app.logged())).toBe('');
});
