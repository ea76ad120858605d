import type { AddressInfo } from 'node:net';

import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { describe, expect, test } from 'vitest';

import type { AuthContext } from '../../server/auth-context.ts';
import { createAuth } from '../../server/create-auth.ts';
import type { Auth } from '../../server/auth.ts';
import { hours } from '../../server/kernel/clock.ts';
import { createTestClock } from '../../server/testing/test-clock.ts';
import { testAuth } from '../../server/testing/test-auth.ts';
import { openStream } from '../support/stream.ts';
import { ada, cookieOf } from '../support/test-app.ts';
import { isPostgres, testDatabase } from '../support/test-database.ts';

/** A source that never ends by itself: what it was asked for, and whether it was told to end. */
function ticking(messages: string[] = ['first']) {
  const state = { isReturned: false };
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = messages.shift();
        if (value === undefined) return await new Promise<never>(() => {});
        return { done: false, value };
      },
      async return() {
        state.isReturned = true;
        return await new Promise<never>(() => {});
      },
    }),
  };
  return { state, source };
}

const refusedWith = async (call: Promise<unknown>): Promise<unknown> =>
  await call.then(
    () => 'no refusal',
    (error: { refusal?: { reason: string } }) => error.refusal?.reason,
  );

describe('a source of a host’s own, while somebody is signed in', () => {
  test('is passed on, and ended with a refusal the moment that the session is over, however long it waits', async () => {
    await using auth = await testAuth();
    const ctx = await auth.as(ada.email);
    const { state, source } = ticking();
    const messages = auth.whileSignedIn(ctx, source);
    expect(await messages.next()).toEqual({ done: false, value: 'first' });
    const next = messages.next();
    const { user } = (await auth.callerOf(ctx)) ?? expect.unreachable();
    await auth.users.endSessions(user.id);
    expect(await refusedWith(next)).toBe('SESSION_ENDED');
    expect(state.isReturned).toBe(true);
    expect(await messages.next()).toEqual({ done: true, value: undefined });
  });

  test('brings nothing of what comes after the end', async () => {
    await using auth = await testAuth();
    const ctx = await auth.as(ada.email);
    const messages = auth.whileSignedIn(ctx, ticking(['first', 'second', 'third']).source);
    await messages.next();
    const { user } = (await auth.callerOf(ctx)) ?? expect.unreachable();
    await auth.users.disable(user.id);
    expect(await refusedWith(messages.next())).toBe('SESSION_ENDED');
  });

  test('is not asked for anything by whoever is not signed in', async () => {
    await using auth = await testAuth();
    expect(await refusedWith(auth.whileSignedIn(auth.asNobody(), ticking().source).next())).toBe('NOT_SIGNED_IN');
    const ctx = await auth.as(ada.email);
    auth.clock.forward(hours(24 * 31));
    expect(await refusedWith(auth.whileSignedIn(ctx, ticking().source).next())).toBe('SESSION_ENDED');
  });

  test('ends as the source does, and is let go of by whoever leaves it', async () => {
    await using auth = await testAuth();
    const ctx = await auth.as(ada.email);
    const numbers = async function* count() {
      yield* [1, 2];
    };
    const all: number[] = [];
    for await (const number of auth.whileSignedIn(ctx, numbers())) all.push(number);
    expect(all).toEqual([1, 2]);
    const failing = async function* fail(): AsyncGenerator<number> {
      yield 1;
      throw new Error('of the host');
    };
    const messages = auth.whileSignedIn(ctx, failing());
    await messages.next();
    await expect(messages.next()).rejects.toThrow('of the host');
    const { state, source } = ticking();
    const left = auth.whileSignedIn(ctx, source);
    await left.next();
    await left.return();
    expect(state.isReturned).toBe(true);
  });

  test('tells nobody that their session has ended when it is the process that ends', async () => {
    await using auth = await testAuth();
    const ctx = await auth.as(ada.email);
    const messages = auth.whileSignedIn(ctx, ticking().source);
    await messages.next();
    const next = messages.next();
    await auth.close();
    expect(await refusedWith(next)).toBe('BUSY');
  });
});

/** A host's app over HTTP, whose other process may end the session. */
async function host(auth: Auth) {
  const t = initTRPC.context<{ auth: AuthContext }>().create();
  const router = t.router({
    auth: auth.router,
    ticks: t.procedure.concat(auth.signedIn).subscription(async function* ticks({ ctx }) {
      yield* auth.whileSignedIn(ctx, ticking().source);
    }),
  });
  const server = createHTTPServer({ router, createContext: (request) => auth.createContext(request) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await auth.close();
    },
  };
}

test('a subscription of a host is opened by no other site, and ends with the session, also where another process has ended it', async () => {
  await using database = await testDatabase();
  const open = async (): Promise<Auth> =>
    await createAuth({ databaseUrl: database.url, databasePoolSize: 2, clock: createTestClock() });
  const serving = await open();
  await serving.migrate();
  // With SQLite there is one process.
  const other = isPostgres ? await open() : serving;
  await using app = await host(serving);
  const registered = await fetch(`${app.url}/auth.register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ada),
  });
  const cookie = cookieOf(registered) ?? '';
  const forged = await openStream(`${app.url}/ticks`, { cookie, 'sec-fetch-site': 'same-site' });
  await forged.next();
  expect(await forged.next()).toMatchObject({ data: { data: { refusal: { reason: 'ORIGIN_REFUSED' } } } });
  const stream = await openStream(`${app.url}/ticks`, { cookie });
  expect((await stream.next())?.event).toBe('connected');
  expect((await stream.next())?.data).toBe('first');
  const user = await other.users.find({ email: ada.email });
  await other.users.endSessions(user?.id ?? '');
  expect(await stream.next()).toMatchObject({
    event: 'serialized-error',
    data: { data: { httpStatus: 401, refusal: { reason: 'SESSION_ENDED' } } },
  });
  if (other !== serving) await other.close();
});
