import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { createBcryptPool } from '../../server/hashing/bcrypt-pool.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const faces = ['/trpc/auth.', '/api/auth/'] as const;

function change(app: TestApp, sql: string): void {
  const client = new Sqlite(app.database.file);
  client.exec(sql);
  client.close();
}

function countOf(app: TestApp, table: string): unknown {
  const client = new Sqlite(app.database.file, { readonly: true });
  try {
    return client.prepare(`select count(*) from ${table}`).pluck().get();
  } finally {
    client.close();
  }
}

const signsNobodyIn = async (answer: Response): Promise<void> => {
  expect(answer.status).toBe(500);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await answer.text()).not.toContain(ada.email);
};

/** Ways in which the database can fail under a server that runs. */
const breakages: [what: string, (app: TestApp) => void | Promise<void>][] = [
  ['is gone', async (app) => await app.auth.close()],
  ['has lost a table', (app) => change(app, 'drop table sessions')],
  ['has lost every table', (app) => change(app, 'drop table sessions; drop table users; drop table limit_counters')],
];

describe.each(faces)('at %s…', (face) => {
  test('16.5.1 whatever fails, the answer is one sentence and an id, and nothing of the inside', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    const fail = (what: string): string =>
      `create trigger fail_${what.replaceAll(' ', '_')} before ${what} begin select raise(abort, 'canary of the inside'); end`;
    change(app, [fail('insert on sessions'), fail('delete on sessions'), fail('insert on users')].join('; '));
    const failed = [
      await app.post(`${face}login`, ada),
      await app.post(`${face}register`, { ...ada, email: 'eve@example.com' }),
      await app.post(`${face}logout`, {}, { cookie }),
    ];
    change(app, 'drop table sessions');
    failed.push(await app.get(`${face}me`, { cookie }));
    for (const answer of failed) {
      expect(answer.status).toBe(500);
      const text = await answer.text();
      expect(text).not.toMatch(/canary|sql|table|trigger|abort|session|stack|\.ts|node_modules|\/tmp|password/i);
      const id = answer.headers.get('x-request-id') ?? 'none';
      expect(text).toContain(`"message":"Something went wrong. Quote this id when you report it: ${id}"`);
      expect(app.logged()).toContain(id);
    }
  });

  test.each(breakages)(
    '16.5.2 while the database %s nobody is let in, nobody is taken for signed in, and the process lives',
    async (_what, breakIt) => {
      await using app = await testApp();
      const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
      const before = app.logged().length;
      await breakIt(app);
      await signsNobodyIn(await app.post(`${face}login`, ada));
      await signsNobodyIn(await app.post(`${face}register`, { ...ada, email: 'eve@example.com' }));
      await signsNobodyIn(await app.get(`${face}me`, { cookie }));
      expect((await app.get('/livez')).status).toBe(200);
      expect(app.logged().slice(before)).not.toContain('session.started');
    },
  );

  const real = createBcryptHasher(4, bcryptOnNodesPool);
  const failing = async (): Promise<never> => await Promise.reject(new Error('canary'));

  test('16.5.3 a password is not even looked at while the limits cannot count', async () => {
    await using app = await testApp();
    await app.post(`${face}register`, ada);
    const hashes = app.hashes();
    change(app, 'drop table limit_counters');
    await signsNobodyIn(await app.post(`${face}login`, ada));
    await signsNobodyIn(await app.post(`${face}register`, { ...ada, email: 'eve@example.com' }));
    expect(app.hashes()).toBe(hashes);
    expect([countOf(app, 'users'), countOf(app, 'sessions')]).toEqual([1, 1]);
  });

  test('16.5.3 nor while only the limits of logins cannot count', async () => {
    await using app = await testApp();
    await app.post(`${face}register`, ada);
    const hashes = app.hashes();
    change(
      app,
      "create trigger no_count before insert on limit_counters when new.id like 'login.%' begin select raise(abort, 'no'); end",
    );
    await signsNobodyIn(await app.post(`${face}login`, ada));
    expect(app.hashes()).toBe(hashes);
  });

  test('16.5.3 a right password that cannot be verified is no sign-in, nor is an account without a hash made', async () => {
    const broken = { is: false };
    const unless = async <Result>(work: Promise<Result>): Promise<Result> => await (broken.is ? failing() : work);
    const hasher: Hasher = {
      ...real,
      hash: async (...args) => await unless(real.hash(...args)),
      verify: async (...args) => await unless(real.verify(...args)),
      verifyNobody: async (...args) => await unless(real.verifyNobody(...args)),
    };
    await using app = await testApp({ hasher });
    await app.post(`${face}register`, ada);
    broken.is = true;
    await signsNobodyIn(await app.post(`${face}login`, ada));
    await signsNobodyIn(await app.post(`${face}login`, { ...ada, email: 'eve@example.com' }));
    await signsNobodyIn(await app.post(`${face}register`, { ...ada, email: 'eve@example.com' }));
    expect([countOf(app, 'users'), countOf(app, 'sessions')]).toEqual([1, 1]);
  });

  test.each([
    ['is cut off', 'update users set password_hash = substr(password_hash, 1, 40)'],
    ['is empty', "update users set password_hash = ''"],
    ['is the password itself', `update users set password_hash = '${ada.password}'`],
    [
      'is of a scheme that is not known',
      "update users set password_hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'",
    ],
  ])('16.5.3 no password opens an account whose stored hash %s', async (_what, sql) => {
    await using app = await testApp();
    await app.post(`${face}register`, ada);
    change(app, sql);
    for (const password of [ada.password, ' ', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'])
      expect((await app.post(`${face}login`, { ...ada, password })).status).toBe(401);
    expect(countOf(app, 'sessions')).toBe(1);
  });

  test('16.5.3 a check of a session that fails is a refusal of all that depends on it, also beside calls that work', async () => {
    await using app = await testApp();
    const cookie = cookieOf(await app.post(`${face}register`, ada)) ?? '';
    change(app, 'alter table sessions rename column expires_at to gone');
    await signsNobodyIn(await app.get(`${face}me`, { cookie }));
    const nobody = await app.get(`${face}me`);
    expect(nobody.status).toBe(200);
    expect(await nobody.text()).not.toContain(ada.email);
    change(app, 'alter table sessions rename column gone to expires_at');
    expect(await (await app.get(`${face}me`, { cookie })).text()).toContain(ada.email);
  });
});

test('15.2.2 while logins flood in, what cannot be hashed soon is refused at once, and everything else is answered', async () => {
  // One thread, two may wait; each login takes its time.
  const pool = createBcryptPool({ cost: 15, threads: 1 });
  await using app = await testApp({ hasher: createBcryptHasher(11, pool.bcrypt) });
  const answered: string[] = [];
  const note = async (what: string, asking: Promise<Response>): Promise<void> => {
    const { status } = await asking;
    answered.push(`${what} ${status}`);
  };
  const logins = Array.from(
    { length: 40 },
    async (_, index) => await note('login', app.post('/api/auth/login', { ...ada, email: `user${index}@example.com` })),
  );
  const others = ['/api/auth/me', '/trpc/auth.me', '/livez', '/readyz'].map(
    async (path) => await note(path, app.get(path)),
  );
  await Promise.all([...logins, ...others]);
  await pool.close();

  const hashed = answered.filter((one) => one === 'login 401');
  const refused = answered.filter((one) => one === 'login 503');
  expect(hashed.length + refused.length).toBe(40);
  expect(refused.length).toBeGreaterThan(10);
  // Nobody waited for the logins that were let in: the last of all answers is one of theirs.
  expect(hashed.length).toBeGreaterThanOrEqual(3);
  expect(answered.at(-1)).toBe('login 401');
  expect(answered.filter((one) => one.endsWith(' 200'))).toHaveLength(4);
});
