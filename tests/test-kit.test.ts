import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';

import type { AuthContext } from '../server/auth-context.ts';
import type { Auth } from '../server/auth.ts';
import { requireContext } from '../server/context.ts';
import { testAuth } from '../server/entries/testing.ts';
import type { TestAuth } from '../server/entries/testing.ts';

/** A host's router, as its own tests find it: made with another Latchkey than the test's. */
function hostRouter({ router, signedIn }: Pick<Auth, 'router' | 'signedIn'>) {
  const t = initTRPC.context<{ auth: AuthContext; db: string }>().create();
  const whoAmI = t.procedure.concat(signedIn).query(({ ctx }) => `${ctx.auth.user.email} on ${ctx.db}`);
  return t.router({ auth: router, whoAmI });
}

test('a host’s test calls its procedures as somebody in one line', async () => {
  await using auth = await testAuth();
  const router = hostRouter(auth);
  const as = async (email: string) => router.createCaller({ ...(await auth.as(email)), db: 'memory' });
  expect(await (await as('ada@example.com')).whoAmI()).toBe('ada@example.com on memory');
  // The same person again, and another beside her.
  const first = await auth.users.find({ email: 'ada@example.com' });
  await as('ada@example.com');
  expect(await auth.users.find({ email: 'ada@example.com' })).toEqual(first);
  expect(await (await as('grace@example.com')).whoAmI()).toBe('grace@example.com on memory');
  await expect(router.createCaller({ ...auth.asNobody(), db: 'memory' }).whoAmI()).rejects.toThrow('Log in first.');
});

test('somebody who has an account already is signed in all the same, and notices nothing of it', async () => {
  await using auth = await testAuth();
  const nobody = auth.router.createCaller(auth.asNobody());
  const emailOf = async (written: string) => (await auth.callerOf(await auth.as(written)))?.user.email;

  await auth.users.create({ email: 'ada@example.com', password: 'a password of hers' });
  const before = await auth.as('ada@example.com');
  expect(await emailOf('ada@example.com')).toBe('ada@example.com');
  expect(await auth.callerOf(before)).not.toBeNull();
  const login = await nobody.login({ email: 'ada@example.com', password: 'a password of hers' });
  expect(login.status).toBe('signedIn');

  await auth.users.create({ email: 'without-password@example.com' });
  expect(await emailOf('without-password@example.com')).toBe('without-password@example.com');
  await nobody.register({ email: 'grace@example.com', password: 'a password of hers' });
  expect(await emailOf('grace@example.com')).toBe('grace@example.com');
});

test('an address is the same in any spelling, and for two at once', async () => {
  await using auth = await testAuth();
  const spellings = ['Ada@Example.COM', 'ada@example.com', 'ADA@example.com'];
  const contexts = await Promise.all(spellings.map(async (email) => await auth.as(email)));
  const ids = await Promise.all(contexts.map(async (ctx) => (await auth.callerOf(ctx))?.user.id));
  expect(new Set(ids)).toEqual(new Set([(await auth.users.find({ email: 'ada@example.com' }))?.id]));
});

test('nobody is signed in to a disabled account, and the test is told why', async () => {
  await using auth = await testAuth();
  const { id } = await auth.users.create({ email: 'ada@example.com' });
  await auth.users.disable(id);
  await expect(auth.as('ada@example.com')).rejects.toThrow(
    'Nobody can be signed in as ada@example.com: the account is disabled.',
  );
  await auth.users.enable(id);
  expect(await auth.callerOf(await auth.as('ada@example.com'))).not.toBeNull();
});

test('an option that is undefined is one that is left out', async () => {
  await using auth = await testAuth({ databaseUrl: undefined, mailer: undefined, clock: undefined });
  const ctx = await auth.as('ada@example.com');
  await auth.router.createCaller(auth.asNobody()).passwordReset.request({ email: 'ada@example.com' });
  await auth.deliver();
  expect(auth.mailbox.map(({ to }) => to)).toEqual(['ada@example.com']);
  expect((await auth.callerOf(ctx))?.session.createdAt).toBe('2026-01-01T00:00:00.000Z');
});

test('the clock moves sessions to their end', async () => {
  await using auth = await testAuth();
  const ctx = await auth.as('ada@example.com');
  expect(await auth.callerOf(ctx)).not.toBeNull();
  auth.clock.forward(7 * 24 * 60 * 60 * 1000 + 1);
  expect(await auth.callerOf(ctx)).toBeNull();
});

test('mails are read in a mailbox, and their links work', async () => {
  await using auth = await testAuth();
  await auth.as('ada@example.com');
  const nobody = hostRouter(auth).createCaller({ ...auth.asNobody(), db: '' });
  await nobody.auth.passwordReset.request({ email: 'ada@example.com' });
  expect(auth.mailbox).toEqual([]);
  await auth.deliver();
  const [mail] = auth.mailbox;
  expect(mail?.to).toBe('ada@example.com');
  const token = /#token=([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? '';
  await nobody.auth.passwordReset.complete({ token, newPassword: 'an entirely new one' });
  const login = await nobody.auth.login({ email: 'ada@example.com', password: 'an entirely new one' });
  expect(login.status).toBe('signedIn');
});

test('listeners hear of events when the test says so', async () => {
  await using auth = await testAuth();
  const heard: (string | null)[] = [];
  auth.on('user.registered', ({ userId }) => void heard.push(userId));
  await auth.as('ada@example.com');
  await auth.deliver();
  expect(heard).toEqual([(await auth.users.find({ email: 'ada@example.com' }))?.id]);
});

test('an open subscription goes on after its session has ended, and can ask whether it has', async () => {
  await using auth = await testAuth();
  const t = initTRPC.context<{ auth: AuthContext }>().create();
  const news = t.procedure.concat(auth.signedIn).subscription(async function* ({ ctx }) {
    for (;;) yield (await auth.callerOf(ctx))?.user.email ?? 'nobody';
  });
  const router = t.router({ auth: auth.router, news });
  const ctx = await auth.as('ada@example.com');
  const heard = (await router.createCaller(ctx).news())[Symbol.asyncIterator]();
  const next = async () => (await heard.next()).value;
  expect(await next()).toBe('ada@example.com');
  await router.createCaller(ctx).auth.logout();
  expect(await next()).toBe('nobody');
  await expect(router.createCaller(ctx).news()).rejects.toThrow('Log in');
});

test('who is asking is asked of the Latchkey that made the context, not of the one behind the router', async () => {
  await using one = await testAuth();
  await using other = await testAuth();
  const caller = hostRouter(one).createCaller({ ...(await other.as('ada@example.com')), db: 'memory' });
  expect(await caller.whoAmI()).toBe('ada@example.com on memory');
  expect(await one.users.find({ email: 'ada@example.com' })).toBeNull();
});

test('each has a memory of its own, and limits only where they are asked for', async () => {
  await using one = await testAuth();
  await using other = await testAuth({ rateLimits: 'on' });
  await one.as('ada@example.com');
  expect(await other.users.find({ email: 'ada@example.com' })).toBeNull();
  const wrong = { email: 'ada@example.com', password: 'wrong horse battery' };
  const guess = async (auth: typeof one) =>
    await auth.router
      .createCaller(auth.asNobody())
      .login(wrong)
      .then(
        () => 'signed in',
        (error: Error) => error.message,
      );
  const guesses = async (auth: typeof one): Promise<Set<string>> => {
    const said = new Set<string>();
    for (let time = 0; time < 12; time += 1) said.add(await guess(auth));
    return said;
  };
  expect(await guesses(one)).toEqual(new Set(['Invalid credentials']));
  expect([...(await guesses(other))].some((text) => text.startsWith('Too many attempts'))).toBe(true);
});

test('what has to be encrypted can be, by a key of its own, unless a host’s test takes it away', async () => {
  await using auth = await testAuth();
  await using other = await testAuth({ encryptionKeys: undefined });
  await using without = await testAuth({ encryptionKeys: [] });
  const boxOf = (one: TestAuth) => requireContext(one.asNobody()).deps.sealedBox;
  const sealed = boxOf(auth)?.seal(Buffer.from('a seed'), 'ada');
  expect(sealed && boxOf(other)?.open(sealed, 'ada').toString()).toBe('a seed');
  expect(boxOf(without)).toBeUndefined();
});
