import { expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { entriesOf } from '../support/log-entries.ts';
import { signIn } from '../support/mail-links.ts';
import { eventsIn } from '../support/own-account.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const strictApp = async (): Promise<TestApp> => await testApp({ env: { REQUIRE_VERIFIED_EMAIL: 'on' } });
const away = { 'x-forwarded-for': '203.0.113.9' };

const registerAs = async (app: TestApp, email: string): Promise<string> => {
  const person = { email, password: 'the horse of somebody else' };
  return (await (await app.post('/api/auth/register', person, away)).json()).status;
};

test('16.3.1 a registration with an address that is taken is told to its owner: when, and from where', async () => {
  await using app = await strictApp();
  const { id } = await app.auth.users.create({ ...ada, emailVerified: true });
  const heard: unknown[] = [];
  app.auth.on('user.registeredAgain', (event) => void heard.push(event));
  const owner = await signIn(app, ada);
  expect(await registerAs(app, ada.email)).toBe('checkYourMail');

  const { events } = await (await app.get('/api/auth/account/events', owner)).json();
  expect(events[0]).toMatchObject({ kind: 'user.registeredAgain', address: '203.0.113.9', sessionId: null, data: {} });
  await app.auth.runJobs();
  const at = app.clock.now();
  expect(heard).toEqual([{ id: events[0].id, kind: 'user.registeredAgain', at, userId: id }]);
  expect(entriesOf(app).filter(({ event }) => event === 'user.registeredAgain')).toMatchObject([{ userId: id }]);
  expect(JSON.stringify([...(await eventsIn(app)), ...heard])).not.toContain(ada.email);
});

// Of a host who listens to one of the two only the time is compared, in tests/all: there a job is done at once.
test.each([
  ['nobody', []],
  ['a host who wants to know of both', ['user.registered', 'user.registeredAgain']],
] as const)(
  '6.3.8 a registration writes as much for an address that is taken as for a free one: %s',
  async (_who, kinds) => {
    await using app = await strictApp();
    await app.auth.users.create({ ...ada, emailVerified: true });
    // Still in the table while it is counted.
    const counted = Promise.withResolvers<void>();
    for (const kind of kinds) app.auth.on(kind, async () => await counted.promise);
    const { orm, tables } = await app.db();
    const written = async (email: string): Promise<number[]> => {
      const count = async () => [
        // What there is in the place of the row of a new account is a job.
        (await orm.select().from(tables.jobs)).length + (await orm.select().from(tables.users)).length,
        (await orm.select().from(tables.events)).length,
      ];
      const before = await count();
      await registerAs(app, email);
      return (await count()).map((after, index) => after - (before[index] ?? 0));
    };
    // The second one of each is over the limit of mails.
    for (let time = 0; time < 2; time += 1)
      expect(await written(ada.email)).toEqual(await written(`eve${time}@example.com`));
    counted.resolve();
    await app.mails();
  },
);

test('16.3.1 each of many registrations at once with one address is an event of the one account', async () => {
  await using app = await testApp({ env: { REQUIRE_VERIFIED_EMAIL: 'on', RATE_LIMITS: 'off' } });
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await registerAs(app, ada.email)));
  expect(new Set(answers)).toEqual(new Set(['checkYourMail']));
  const user = await app.auth.users.find({ email: ada.email });
  const events = await eventsIn(app);
  expect(new Set(events.map(({ userId }) => userId))).toEqual(new Set([user?.id]));
  const kinds = events.map(({ kind }) => kind).toSorted();
  expect(kinds).toEqual(['user.registered', ...Array(19).fill('user.registeredAgain')]);
});

test('a registration that races with the deletion of the account is answered as any other is', async () => {
  await using app = await testApp({ env: { REQUIRE_VERIFIED_EMAIL: 'on', RATE_LIMITS: 'off' } });
  for (let time = 0; time < 10; time += 1) {
    const { id } = await app.auth.users.create({ ...ada, emailVerified: true });
    const [status] = await Promise.all([registerAs(app, ada.email), app.auth.users.delete(id)]);
    expect(status).toBe('checkYourMail');
    const left = await app.auth.users.find({ email: ada.email });
    if (left) await app.auth.users.delete(left.id);
    app.clock.forward(minutes(1));
  }
});
