import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { limits } from '../../server/limits/limits.ts';
import type { LimitName } from '../../server/limits/limits.ts';
import { accountsIn, read, write } from '../support/database.ts';
import { signIn } from '../support/people.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const eve = { email: 'eve@example.com', password: 'another horse battery' };
const home = { 'x-forwarded-for': '203.0.113.9' };

test.each([
  ['no field', {}],
  ['one field less', { email: ada.email }],
  ['one field more', { ...ada, role: 'admin' }],
  ['fields of another type', { email: 1, password: true }],
  ['a value out of its range', { ...ada, password: 'a'.repeat(257) }],
  ['a value that is none of those known', { ...ada, deliver: 'post' }],
  ['nothing of the sort', [ada]],
])('2.2.2 the server itself refuses %s, whatever sends it', async (_what, body) => {
  await using app = await testApp();
  for (const path of ['/trpc/auth.register', '/trpc/auth.login', '/api/auth/register', '/api/auth/login']) {
    const response = await app.post(path, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('INPUT_INVALID');
  }
  expect(accountsIn(app)).toEqual([]);
  expect(app.hashes()).toBe(0);
});

describe('fields that belong together', () => {
  test('2.2.3 a password opens the account that it was set for, and no other', async () => {
    await using app = await testApp();
    for (const one of [ada, eve]) await app.post('/api/auth/register', one);
    const logIn = async (body: object) => (await app.post('/api/auth/login', body)).status;
    expect([await logIn(ada), await logIn(eve)]).toEqual([200, 200]);
    expect(await logIn({ ...ada, password: eve.password })).toBe(401);
    expect(await logIn({ ...eve, password: ada.password })).toBe(401);
  });

  test('2.2.3 a new password is judged with the address that it is for', async () => {
    await using app = await testApp();
    const password = 'ada.lovelace1815';
    const register = async (email: string) => (await app.post('/api/auth/register', { email, password })).status;
    expect(await register('ada.lovelace@example.com')).toBe(400);
    expect(await register(eve.email)).toBe(201);
  });
});

/** What may be done in any order, by either of two devices, for either of two people. */
const step = fc.record({
  act: fc.constantFrom('register', 'logIn', 'guess', 'me', 'logOut', 'replay'),
  device: fc.constantFrom(0, 1),
  person: fc.constantFrom('ada', 'eve'),
});

test('2.3.1 in whatever order things are called, who is signed in is who proved it and has not left', async () => {
  await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      run += 1;
      const accounts = new Set<string>();
      /** Every cookie that was ever given, and whose it is while its session lives. */
      const issued = new Map<string, string | null>();
      const jars: (string | undefined)[] = [];

      for (const { act, device, person } of steps) {
        const jar = jars[device];
        const holder = jar === undefined ? undefined : (issued.get(jar) ?? null);
        const credentials = { email: `${person}${run}@example.com`, password: `${person} and a horse` };
        const headers = jar === undefined ? {} : { cookie: jar };

        if (act === 'replay') {
          jars[device] = [...issued.keys()].at(-1);
        } else if (act === 'me') {
          const response = await app.get('/api/auth/me', headers);
          expect(response.status).toBe(holder === null ? 401 : 200);
          const answer = await response.json();
          if (holder !== null) expect(answer?.user.email).toBe(holder);
        } else if (act === 'logOut') {
          const { status } = await app.post('/api/auth/logout', {}, headers);
          expect(status).toBe(holder === null ? 401 : 200);
          if (jar !== undefined) issued.set(jar, null);
        } else {
          const isRight = act === 'register' ? !accounts.has(person) : act === 'logIn' && accounts.has(person);
          const path = act === 'register' ? '/api/auth/register' : '/api/auth/login';
          const response = await app.post(
            path,
            act === 'guess' ? { ...credentials, password: 'x' } : credentials,
            headers,
          );
          expect(response.status < 300).toBe(isRight);
          const cookie = cookieOf(response);
          expect(cookie !== undefined).toBe(isRight);
          if (cookie === undefined) continue;
          accounts.add(person);
          if (jar !== undefined) issued.set(jar, null);
          issued.set(cookie, credentials.email);
          jars[device] = cookie;
        }
      }
      for (const [cookie, email] of issued) {
        const response = await app.get('/api/auth/me', { cookie });
        expect(response.status === 200 ? (await response.json()).user.email : null).toBe(email);
      }
    }),
    { numRuns: 40 },
  );
});

type WindowLimit = { [Name in LimitName]: (typeof limits)[Name]['kind'] extends 'window' ? Name : never }[LimitName];

/** Refuse nothing that anybody sees: what they keep from being sent is in the tests of mails. */
type SilentLimit = 'reminder.account' | 'notice.account' | 'notice.change';

/** What each limit counts; one more limit does not compile until it stands here. */
interface Counted {
  call: (app: TestApp, index: number) => Promise<Response>;
  status: number;
  /** How long one has to wait for the next, by another limit. */
  pause?: number;
}
const resetMail = async (app: TestApp, email: string, headers = {}): Promise<Response> =>
  await app.post('/api/auth/passwordReset/request', { email }, headers);
const counted: Record<Exclude<WindowLimit, SilentLimit>, Counted> = {
  'changes.address': { call: async (app) => await app.post('/api/auth/logout', {}, home), status: 200 },
  'register.address': {
    call: async (app, index) =>
      await app.post('/api/auth/register', { ...ada, email: `user${index}@example.com` }, home),
    status: 201,
  },
  'login.address': {
    call: async (app, index) => await app.post('/api/auth/login', { ...ada, email: `user${index}@example.com` }, home),
    status: 401,
  },
  'mail.address': {
    call: async (app, index) => await resetMail(app, `user${index}@example.com`, home),
    status: 200,
  },
  'mail.pause': { call: async (app) => await resetMail(app, ada.email), status: 200 },
  'mail.account': { call: async (app) => await resetMail(app, ada.email), status: 200, pause: minutes(1) },
  'link.address': {
    call: async (app) =>
      await app.post('/api/auth/passwordReset/complete', { token: 'a'.repeat(43), newPassword: eve.password }, home),
    status: 401,
  },
  'export.account': {
    call: async (app) => await app.get('/api/auth/account/export', (await signIn(app)).headers),
    status: 200,
    // Sign-ins under way count as wrong ones.
    pause: 1,
  },
};

test.each(Object.keys(counted) as Exclude<WindowLimit, SilentLimit>[])(
  '2.3.2 the limit %s lets through as many as it says, not one more, and then again after its time',
  async (name) => {
    await using app = await testApp();
    const { most, window } = limits[name];
    const { call, status, pause = 0 } = counted[name];
    const first: Promise<number>[] = [];
    for (let index = 0; index < most; index += 1) {
      first.push(call(app, index).then((answer) => answer.status));
      if (pause) await first.at(-1);
      app.clock.forward(pause);
    }
    expect(await Promise.all(first)).toEqual(Array(most).fill(status));
    expect((await call(app, most)).status).toBe(429);
    app.clock.forward(window - 1 - most * pause);
    expect((await call(app, most)).status).toBe(429);
    app.clock.forward(1);
    expect((await call(app, most)).status).toBe(status);
  },
);

describe('a change that fails half-way', () => {
  const failing = [
    'before insert on users',
    'after insert on users',
    'before insert on sessions',
    'after insert on sessions',
  ];

  test.each(failing)(
    '2.3.3 leaves no account without its session, and none that nobody was told of (%s)',
    async (when) => {
      await using app = await testApp();
      write(app, `create trigger fault ${when} begin select raise(abort, 'fault'); end`);
      const response = await app.post('/api/auth/register', ada);
      expect(response.status).toBe(500);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(accountsIn(app)).toEqual([]);
      write(app, 'drop trigger fault');
      expect((await app.post('/api/auth/register', ada)).status).toBe(201);
    },
  );

  test.each([
    'before delete on sessions',
    'after delete on sessions',
    'before insert on sessions',
    'after insert on sessions',
  ])('2.3.3 ends no session without the new one that was to replace it (%s)', async (when) => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    const before = accountsIn(app);
    write(app, `create trigger fault ${when} begin select raise(abort, 'fault'); end`);
    expect((await app.post('/api/auth/login', ada, { cookie })).status).toBe(500);
    expect(accountsIn(app)).toEqual(before);
    expect((await app.get('/api/auth/me', { cookie })).status).toBe(200);
  });
});

test.each(['register', 'login'])(
  '2.4.1 a flood of %s from one network costs ten hashes, however it is sent',
  async (procedure) => {
    await using app = await testApp();
    const body = (index: number) => ({ ...ada, email: `user${index}@example.com` });
    const batch = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, body(index)]));
    const paths = Array(10).fill(`auth.${procedure}`).join(',');
    const answers = await Promise.all([
      ...Array.from(
        { length: 30 },
        async (_, index) => await app.post(`/api/auth/${procedure}`, body(100 + index), home),
      ),
      app.post(`/trpc/${paths}?batch=1`, batch, home),
    ]);
    expect(app.hashes()).toBe(10);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect(read(app, 'select count(*) from users')).toEqual([procedure === 'register' ? 10 : 0]);
  },
);
