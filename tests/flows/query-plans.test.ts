import { randomBytes } from 'node:crypto';

import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';

import { days, hours } from '../../server/kernel/clock.ts';
import { newId } from '../../server/kernel/id.ts';
import { pending, prove, withApp } from '../support/factors.ts';
import * as links from '../support/mail-links.ts';
import { signInBy, proveBy, withPasskey } from '../support/passkeys.ts';
import { signIn, statusOfMe } from '../support/people.ts';
import { readWhole } from '../support/plans.ts';
import { complete, mailedToken } from '../support/reset-links.ts';
import { listenToDrivers } from '../support/sent-statements.ts';
import type { Sent } from '../support/sent-statements.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';
import { isPostgres } from '../support/test-database.ts';

/** What may read a whole table, and why. */
const mayReadAll: { statement: RegExp; because: string }[] = [
  { statement: /^select "seed_ciphertext" .* order by .*"id" desc limit /, because: 'the newest alone, by its id' },
  {
    statement: /^delete from (?:"latchkey"\.)?"limit_counters" where .* like /,
    because: 'after a new password, what is remembered of an account is looked for by the beginning of its key',
  },
  { statement: /from (?:"latchkey"\.)?"signing_keys"/, because: 'there are two or three of them' },
];

/** Everything that grows with people and with what they do. */
const growing =
  'users sessions limit_counters events jobs one_time_tokens ceremonies totps recovery_codes passkeys'.split(' ');

async function everydayLife(app: TestApp): Promise<void> {
  const person = await signIn(app);
  app.clock.forward(hours(2));
  await statusOfMe(app, person.headers);
  await statusOfMe(app, { authorization: `Bearer ${'a'.repeat(43)}` });
  await app.post('/api/auth/register', ada);
  await app.post('/api/auth/login', { ...ada, password: 'not the right one' });
  await app.post('/api/auth/login', { ...ada, email: 'nobody@example.com' });
  await links.prove(app, ada.email);
  await complete(app, await mailedToken(app, ada.email), ada.password);
  const again = await signIn(app, {}, { authorization: `Bearer ${'a'.repeat(43)}` });
  await links.changeEmail(app, { from: ada.email, to: 'grace@example.com' }, again.headers);
  await app.post('/api/auth/token/issue', {}, again.headers);
  await app.post('/api/auth/logout', {}, again.headers);
}

async function lifeWithFactors(app: TestApp): Promise<void> {
  const tim = { email: 'tim@example.com' };
  const person = await withApp(app, tim);
  await prove(app, await pending(app, tim), { method: 'totp', code: '000000' });
  await prove(app, await pending(app, tim), { method: 'totp', code: person.code() });
  await prove(app, await pending(app, tim), { method: 'recoveryCode', code: person.recoveryCodes[0] ?? '' });
  const { passkey } = await withPasskey(app, { email: 'grace@example.com' });
  await signInBy(app, passkey);
  await proveBy(app, passkey, { email: 'grace@example.com' });
}

async function ownAccount(app: TestApp): Promise<void> {
  const person = await signIn(app, { email: 'jean@example.com' });
  const other = await signIn(app, { email: 'jean@example.com' });
  const { headers } = person;
  for (const path of ['sessions/list', 'account/events', 'account/export', 'factors/list', 'passkeys/list'])
    expect([path, (await app.get(`/api/auth/${path}`, headers)).status]).toEqual([path, 200]);
  const changes = {
    'account/update': { name: 'Jean' },
    'sessions/revoke': { id: other.sessionId },
    'sessions/revokeOthers': {},
    'account/delete': {},
  };
  for (const [path, input] of Object.entries(changes))
    expect([path, (await app.post(`/api/auth/${path}`, input, headers)).status]).toEqual([path, 200]);
}

/** As another process begins, which removes what is over. The keys are the last that it looks at. */
async function removal(app: TestApp): Promise<Sent[]> {
  using drivers = listenToDrivers();
  app.clock.forward(days(400));
  await using late = await testApp({ database: app.database, clock: app.clock });
  await expect.poll(() => textsOf(drivers.sent())).toMatch(/"signing_keys"/);
  await late.mails();
  return drivers.sent();
}

async function life(app: TestApp): Promise<Sent[]> {
  using drivers = listenToDrivers();
  await everydayLife(app);
  await lifeWithFactors(app);
  await ownAccount(app);
  return drivers.sent();
}

/** A table keeps the pages of rows that are gone, and the databases of tests are used again. */
async function usedBefore(app: TestApp): Promise<void> {
  const { orm, tables } = await app.db();
  const [userId, createdAt] = [newId(), new Date(0)];
  await orm.insert(tables.users).values({ id: userId, createdAt, email: 'gone@example.com', passwordHash: '' });
  const rest = { userId, createdAt, lastSeenAt: createdAt, expiresAt: createdAt };
  const sessions = Array.from({ length: 1000 }, () => ({ id: newId(), tokenHash: randomBytes(32), ...rest }));
  await orm.insert(tables.sessions).values(sessions);
  await orm.delete(tables.users).where(eq(tables.users.id, userId));
}

const textsOf = (statements: Sent[]): string => statements.map(({ text }) => text).join('\n');

test(
  'nothing that is asked every day reads a whole table, however many rows there are',
  { timeout: 60_000 },
  async () => {
    await using app = await testApp();
    await usedBefore(app);
    const sent = [...(await life(app)), ...(await removal(app))];
    for (const table of growing)
      expect(textsOf(sent)).toMatch(new RegExp(`(from|update) (?:"latchkey"\\.)?"${table}"`));

    const whole = await readWhole(app.database, sent);
    expect([...whole].filter(([text]) => !mayReadAll.some(({ statement }) => statement.test(text)))).toEqual([]);
    // What is no exception any more does not stay in the list. By how a text begins PostgreSQL may find an index.
    const met = mayReadAll.filter(({ statement }) => [...whole.keys()].some((text) => statement.test(text)));
    expect(isPostgres ? mayReadAll : met).toEqual(mayReadAll);
  },
);

test('a statement that has no index to go by is found', async () => {
  await using app = await testApp();
  using drivers = listenToDrivers();
  const { orm, tables } = await app.db();
  await orm.select({ id: tables.users.id }).from(tables.users).where(eq(tables.users.name, 'Ada'));
  expect((await readWhole(app.database, drivers.sent())).size).toBe(1);
});
