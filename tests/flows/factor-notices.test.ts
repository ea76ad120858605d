import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';

import { hours, minutes, seconds } from '../../server/kernel/clock.ts';
import type { Mail } from '../../server/mail/mailer.ts';
import { codesOf, pending, prove, withApp } from '../support/factors.ts';
import type { WithApp } from '../support/factors.ts';
import { entriesOf } from '../support/log-entries.ts';
import { renewedBy } from '../support/people.ts';
import { from, home, logIn, noticesTo } from '../support/sign-ins.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const wrong = { method: 'totp', code: '000000' };
const there = { 'x-forwarded-for': '198.51.100.7' };

/** Somebody with an app, whose address is proved, and who has been told of that. */
async function atHome(app: TestApp): Promise<{ person: WithApp; since: () => Promise<Mail[]> }> {
  await app.auth.users.create({ ...ada, emailVerified: true });
  const person = await withApp(app);
  let seen = (await noticesTo(app)).length;
  const since = async (): Promise<Mail[]> => {
    const all = await noticesTo(app);
    return all.slice(seen, (seen = all.length));
  };
  return { person, since };
}

/** A call in their session, which goes on under another token. */
async function call(app: TestApp, person: WithApp, path: string): Promise<void> {
  const answer = await app.post(`/api/auth/${path}`, {}, { ...person.headers, ...there });
  expect([path, answer.status]).toEqual([path, 200]);
  person.headers = await renewedBy(answer);
}

/** An event that nothing here brings about, with the job that its change would have. */
async function happened(app: TestApp, kind: string, { userId, sessionId }: WithApp): Promise<void> {
  const { orm, tables } = await app.db();
  const id = crypto.randomUUID();
  const now = app.clock.now();
  const data = JSON.stringify({ passkeyId: crypto.randomUUID() });
  await orm
    .insert(tables.events)
    .values({ id, createdAt: now, kind, userId, sessionId, address: '198.51.100.7', data });
  const job = JSON.stringify({ mail: 'notice', eventId: id });
  await orm
    .insert(tables.jobs)
    .values({ id: crypto.randomUUID(), createdAt: now, kind: 'notice', data: job, runAt: now, attempts: 0 });
}

const things: [string, string, string, (app: TestApp, person: WithApp) => Promise<unknown>][] = [
  [
    'a removed app',
    'The authenticator app was removed',
    'Authentifizierungs-App bei',
    (app, person) => call(app, person, 'totp/disable'),
  ],
  [
    'new recovery codes',
    'New recovery codes were made',
    'Neue Wiederherstellungscodes',
    (app, person) => call(app, person, 'recoveryCodes/replace'),
  ],
  ['another app in its place', 'The authenticator app was replaced', 'Authentifizierungs-App bei', replaceApp],
  ['a passkey', 'A passkey was added', 'Neuer Passkey', (app, person) => happened(app, 'passkey.added', person)],
  [
    'a removed passkey',
    'A passkey was removed',
    'Passkey bei',
    (app, person) => happened(app, 'passkey.removed', person),
  ],
  [
    'factors that the operator has removed',
    'Your second factors at',
    'Ihre zweiten Faktoren',
    (app, { userId }) => app.auth.users.removeFactors(userId),
  ],
  ['a recovery code that was used', 'A recovery code for', 'Ein Wiederherstellungscode', useCode],
  ['five wrong codes after the right password', 'Wrong codes after the right password', 'Falsche Codes', guess],
];

async function replaceApp(app: TestApp, person: WithApp): Promise<void> {
  const headers = { ...person.headers, ...there };
  const { secret } = await (await app.post('/api/auth/totp/enrol', {}, headers)).json();
  const answer = await app.post('/api/auth/totp/confirm', { code: codesOf(app, secret)() }, headers);
  expect(answer.status).toBe(200);
}

async function useCode(app: TestApp, person: WithApp): Promise<void> {
  const factor = { method: 'recoveryCode', code: person.recoveryCodes[0] };
  const answer = await app.post('/api/auth/factors/verify', { factor }, { ...person.headers, ...there });
  expect(answer.status).toBe(200);
  person.headers = await renewedBy(answer);
}

async function guess(app: TestApp): Promise<void> {
  const proof = await pending(app);
  for (let time = 0; time < 5; time += 1)
    expect((await app.post('/api/auth/factors/prove', { proof, factor: wrong }, there)).status).toBe(403);
}

describe('the owner of an account', () => {
  test('6.3.7 is told that it has an authenticator app, when, and from where', async () => {
    await using app = await testApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    const { recoveryCodes } = await withApp(app);
    const [mail, ...more] = await noticesTo(app);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: ada.email, subject: 'An authenticator app was added at localhost:0' });
    expect(mail?.text).toMatch(/It was on 1 January 2026 at 00:00 UTC, from the address 2001:db8:/);
    for (const code of recoveryCodes) expect(mail?.text).not.toContain(code);
  });

  test('6.3.7 is told of an app that somebody with their password has set up at the login', async () => {
    await using app = await testApp({ env: { REQUIRE_SECOND_FACTOR: 'everyone' } });
    await app.auth.users.create({ ...ada, emailVerified: true });
    const proof = await pending(app);
    const { secret } = await (await app.post('/api/auth/factors/enrol', { proof })).json();
    const done = await prove(app, proof, { method: 'totp', code: codesOf(app, secret)() });
    expect(done.status).toBe(200);
    const subjects = (await noticesTo(app)).map(({ subject }) => subject);
    expect(subjects).toEqual(['An authenticator app was added at localhost:0']);
  });

  test.each(things)(
    '6.3.7 is told of %s, in either language, and by no mail that has a secret',
    async (_what, ...rest) => {
      const [english, german, happen] = rest;
      for (const [locale, subject] of [
        ['en', english],
        ['de', german],
      ] as const) {
        await using app = await testApp();
        const { person, since } = await atHome(app);
        const { orm, tables } = await app.db();
        await orm.update(tables.users).set({ locale }).where(eq(tables.users.email, ada.email));
        const codes = [...person.recoveryCodes];
        await happen(app, person);
        const [mail, ...more] = await since();
        expect(more).toEqual([]);
        expect(mail).toMatchObject({ to: ada.email, subject: expect.stringContaining(subject) });
        const text = `${mail?.subject}${mail?.text}${mail?.html}`;
        // The operator’s address is nobody’s business.
        expect(text.includes('198.51.100.7')).toBe(happen !== things[5]?.[3]);
        expect(codes.filter((code) => text.includes(code))).toEqual([]);
        // No code of an app, no token and no seed.
        expect(text).not.toMatch(/(?<![#\d])\d{6}(?!\d)|[\w-]{43}|[A-Z2-7]{32}/);
      }
    },
  );

  test('is told how many recovery codes are left, and to make new ones when there are few', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const { person, since } = await atHome(app);
    const told: string[] = [];
    for (const code of person.recoveryCodes) {
      const factor = { method: 'recoveryCode', code };
      person.headers = await renewedBy(await app.post('/api/auth/factors/verify', { factor }, person.headers));
      const [mail] = await since();
      told.push(/\d are left\.|(?:Only \d|One|None) \w+ left: make new ones/.exec(mail?.text ?? '')?.[0] ?? '');
    }
    const many = [9, 8, 7, 6, 5, 4].map((left) => `${left} are left.`);
    const few = ['Only 3 are', 'Only 2 are', 'One is', 'None is'].map((left) => `${left} left: make new ones`);
    expect(told).toEqual([...many, ...few]);
  });

  test('is told of wrong codes once, and of four not at all', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const { since } = await atHome(app);
    const proof = await pending(app);
    for (const [count, mails] of [
      [4, 0],
      [1, 1],
      [20, 0],
    ] as const) {
      for (let time = 0; time < count; time += 1) await prove(app, proof, wrong);
      expect(await since()).toHaveLength(mails);
    }
  });

  test('is told of a change of factors also at an address that is not proved, but not from where it was', async () => {
    await using app = await testApp();
    const person = await withApp(app);
    await useCode(app, person);
    await call(app, person, 'recoveryCodes/replace');
    const mails = await noticesTo(app);
    expect(mails.map(({ to, subject }) => `${subject} → ${to}`).toSorted()).toEqual([
      `A recovery code for localhost:0 was used → ${ada.email}`,
      `An authenticator app was added at localhost:0 → ${ada.email}`,
      `New recovery codes were made at localhost:0 → ${ada.email}`,
    ]);
    expect(mails.filter(({ text }) => /address|198\.51|2001:/.test(text))).toEqual([]);
  });
});

describe('the limits of notices', () => {
  test('6.3.7 silence no change of factors, however many sign-ins and other changes were told of before', async () => {
    await using app = await testApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    await logIn(app, home);
    for (let network = 10; network < 20; network += 1) await logIn(app, from(`${network}.51.100.7`));
    expect(await noticesTo(app)).toHaveLength(5);
    const person = await withApp(app);
    for (let time = 0; time < 7; time += 1) await call(app, person, 'recoveryCodes/replace');
    await call(app, person, 'totp/disable');
    const subjects = (await noticesTo(app)).slice(5).map(({ subject }) => subject.replace(' at localhost:0', ''));
    expect(subjects.toSorted()).toEqual([
      'An authenticator app was added',
      ...Array(5).fill('New recovery codes were made'),
      'The authenticator app was removed',
    ]);
  });

  test('let five an hour of one kind through, and the log says of how many there was no mail', async () => {
    await using app = await testApp();
    const { person, since } = await atHome(app);
    for (const [pause, count] of [
      [0, 5],
      [hours(1) - minutes(1), 0],
      [minutes(1), 5],
    ] as const) {
      app.clock.forward(pause);
      for (let time = 0; time < 6; time += 1) await happened(app, 'passkey.added', person);
      expect(await since()).toHaveLength(count);
    }
    expect(entriesOf(app).filter(({ event }) => event === 'mail.tooMany')).toHaveLength(8);
  });

  test('let five an hour of all kinds through to an address that is not proved: it may be anybody’s', async () => {
    await using app = await testApp();
    let person = await withApp(app);
    for (let time = 0; time < 3; time += 1) {
      await call(app, person, 'recoveryCodes/replace');
      await call(app, person, 'totp/disable');
      app.clock.forward(seconds(30));
      person = await withApp(app);
    }
    expect(await noticesTo(app)).toHaveLength(5);
  });
});
