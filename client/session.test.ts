import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { createTRPCClient, httpBatchStreamLink, httpLink } from '@trpc/client';
import type { TRPCClient } from '@trpc/client';
import superjson from 'superjson';
import { describe, expect, test } from 'vitest';

import { hours } from '../server/kernel/clock.ts';
import { hostOf } from '../tests/support/host.ts';
import type { Host } from '../tests/support/host.ts';
import type { HostRouter } from '../tests/support/host-router.ts';
import { root } from '../tests/support/process.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import type { TestApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import type { Visitor } from '../tests/support/visitor.ts';
import { authLink, createAuthClient, memoryStorage, refusalOf, sessionOf } from './index.ts';
import type { AppRouter, AuthClient, SessionState, SessionStore } from './index.ts';

interface Opened extends AsyncDisposable {
  app: TestApp;
  visitor: Visitor;
  auth: AuthClient | TRPCClient<HostRouter>['auth'];
  session: SessionStore;
}

type Open = (app: TestApp, stack: AsyncDisposableStack, visitor: Visitor) => Promise<Pick<Opened, 'auth' | 'session'>>;

const standalone: Open = async ({ url }, _stack, { fetch }) => {
  const auth = createAuthClient({ url, fetch });
  return await Promise.resolve({ auth, session: sessionOf(auth) });
};
const withToken: Open = async ({ url }, _stack, { fetch }) => {
  const auth = createAuthClient({ url, fetch, storage: memoryStorage() });
  return await Promise.resolve({ auth, session: sessionOf(auth) });
};
const hosted: Open = async (app, stack, visitor) => {
  const { trpc, session } = clientOf(stack.use(await hostOf(app)), visitor);
  return { auth: trpc.auth, session };
};

function clientOf({ url }: Host, { fetch }: Visitor) {
  const link = authLink<HostRouter>({ url, fetch, transformer: superjson });
  const trpc = createTRPCClient<HostRouter>({
    links: [link, httpBatchStreamLink({ url, fetch, transformer: superjson })],
  });
  return { trpc, session: sessionOf(link) };
}

async function opened(open: Open): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await testApp());
  await app.client().register.mutate(ada);
  const someone = visitor();
  const { auth, session } = await open(app, stack, someone);
  stack.defer(() => session.stop());
  const kept = stack.move();
  return { app, visitor: someone, auth, session, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** The state once it is this, however long that takes. */
async function once(session: SessionStore, status: SessionState['status']): Promise<SessionState> {
  const { promise, resolve } = Promise.withResolvers<SessionState>();
  const look = (state: SessionState): void => {
    if (state.status === status) resolve(state);
  };
  const unsubscribe = session.subscribe(look);
  look(session.get());
  const state = await promise;
  unsubscribe();
  return state;
}

const refused = async (call: Promise<unknown>): Promise<{ data: { refusal: { reason: string } } }> =>
  await call.then(
    () => expect.unreachable('It was answered'),
    (error) => error,
  );

describe.each<[string, Open]>([
  ['a client with cookies', standalone],
  ['a client with a token', withToken],
  ["a host's client", hosted],
])('the session store of %s', (_name, open) => {
  test('asks once at first, however many look', async () => {
    await using client = await opened(open);
    const { session, visitor } = client;
    expect(visitor.calls).toEqual([]);
    for (let count = 0; count < 50; count += 1) session.subscribe(() => undefined);
    expect(session.get()).toEqual({ status: 'loading' });
    expect(session.status).toBe('loading');
    await once(session, 'signedOut');
    expect(session.get()).toEqual({ status: 'signedOut' });
    expect(visitor.calls).toEqual(['auth.me']);
  });

  test('knows who has logged in before the login answers, and that nobody is there before the logout does', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    await once(session, 'signedOut');
    await auth.login.mutate(ada);
    expect(session.get()).toMatchObject({ status: 'signedIn', user: { email: ada.email }, session: {} });
    await auth.logout.mutate();
    expect(session.get()).toEqual({ status: 'signedOut' });
    expect(visitor.calls).toEqual(['auth.me', 'auth.login', 'auth.me', 'auth.logout']);
  });

  test('knows who has registered', async () => {
    await using client = await opened(open);
    await once(client.session, 'signedOut');
    await client.auth.register.mutate({ email: 'grace@example.com', password: ada.password });
    expect(client.session.get()).toMatchObject({ status: 'signedIn', user: { email: 'grace@example.com' } });
  });

  test('knows of a login that was under way when somebody first looked', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    const release = visitor.holdNext('auth.login');
    const login = auth.login.mutate(ada);
    await expect.poll(() => visitor.answered).toContain('auth.login');
    await once(session, 'signedOut');
    release();
    await login;
    expect(session.status).toBe('signedIn');
  });

  test('gives the same object while nothing has changed, and tells of no change', async () => {
    await using client = await opened(open);
    const { session, auth } = client;
    await auth.login.mutate(ada);
    const before = await once(session, 'signedIn');
    const told: SessionState[] = [];
    session.subscribe((state) => told.push(state));
    expect(await session.refresh()).toBe(before);
    await auth.me.query();
    expect(session.get()).toBe(before);
    expect(told).toEqual([]);
  });

  test('hears from any call that the session has ended', async () => {
    await using client = await opened(open);
    const { app, session, auth, visitor } = client;
    await auth.login.mutate(ada);
    await once(session, 'signedIn');
    app.clock.forward(hours(24 * 31));
    visitor.calls.length = 0;
    expect(refusalOf(await refused(auth.me.query()))?.reason).toBe('SESSION_ENDED');
    expect(session.get()).toEqual({ status: 'signedOut' });
    expect(visitor.calls).toEqual(['auth.me']);
  });

  test('is not misled by a refusal for wrong credentials', async () => {
    await using client = await opened(open);
    const { session, auth } = client;
    await auth.login.mutate(ada);
    await once(session, 'signedIn');
    await refused(auth.login.mutate({ ...ada, password: 'wrong horse battery' }));
    expect(session.status).toBe('signedIn');
  });

  test('forgets an answer that was asked before a login and comes after it', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    const release = visitor.holdNext('auth.me');
    const told: string[] = [];
    session.subscribe(({ status }) => told.push(status));
    await expect.poll(() => visitor.calls).toEqual(['auth.me']);
    await auth.login.mutate(ada);
    expect(session.status).toBe('signedIn');
    release();
    await auth.me.query();
    expect(session.status).toBe('signedIn');
    expect(told).toEqual(['signedIn']);
  });

  test('forgets an answer that was asked before a logout and comes after it', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    await auth.login.mutate(ada);
    await once(session, 'signedIn');
    const release = visitor.holdNext('auth.me');
    const late = session.refresh();
    await expect.poll(() => visitor.calls.filter((path) => path === 'auth.me').length).toBe(2);
    await auth.logout.mutate();
    release();
    expect(await late).toEqual({ status: 'signedOut' });
  });

  test('keeps its state when the network fails, and never throws', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    visitor.isOnline = false;
    expect(await session.refresh()).toEqual({ status: 'loading' });
    visitor.isOnline = true;
    await auth.login.mutate(ada);
    const before = session.get();
    visitor.isOnline = false;
    expect(await session.refresh()).toBe(before);
    await refused(auth.logout.mutate());
    expect(session.get()).toBe(before);
  });

  test('does not say who was there before when a login cannot be followed by a look', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    await once(session, 'signedOut');
    const release = visitor.holdNext('auth.login');
    const login = auth.login.mutate(ada);
    await expect.poll(() => visitor.answered).toContain('auth.login');
    visitor.isOnline = false;
    release();
    expect((await login).status).toBe('signedIn');
    expect(session.status).toBe('loading');
  });

  test('knows nobody when the session of a login has ended before it was looked at', async () => {
    await using client = await opened(open);
    const { app, session, auth, visitor } = client;
    await once(session, 'signedOut');
    const release = visitor.holdNext('auth.login');
    const login = auth.login.mutate(ada);
    await expect.poll(() => visitor.answered).toContain('auth.login');
    app.clock.forward(hours(24 * 31));
    release();
    await login;
    expect(session.get()).toEqual({ status: 'signedOut' });
  });

  test('goes on to the next listener when one throws', async () => {
    await using client = await opened(open);
    const { session } = client;
    const thrown: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error));
    session.subscribe(() => {
      throw new Error('of a listener');
    });
    await once(session, 'signedOut');
    await expect.poll(() => thrown).toMatchObject([{ message: 'of a listener' }]);
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  });

  test('is one for all who ask for it, and calls nobody after it was stopped', async () => {
    await using client = await opened(open);
    const { session, auth, visitor } = client;
    await once(session, 'signedOut');
    const told: SessionState[] = [];
    session.subscribe((state) => told.push(state));
    const release = visitor.holdNext('auth.login');
    const login = auth.login.mutate(ada);
    await expect.poll(() => visitor.calls).toContain('auth.login');
    session.stop();
    release();
    await login;
    await auth.logout.mutate();
    expect(told).toEqual([]);
    expect(visitor.calls).toEqual(['auth.me', 'auth.login', 'auth.logout']);
  });
});

test('a session store learns from an answer of `me` that somebody else has asked for', async () => {
  await using client = await opened(standalone);
  const { app, session, auth, visitor } = client;
  await once(session, 'signedOut');
  // Of the same browser, but nothing that the store hears.
  await createAuthClient({ url: app.url, fetch: visitor.fetch }).login.mutate(ada);
  expect(session.status).toBe('signedOut');
  await auth.me.query();
  expect(session.status).toBe('signedIn');
});

test('a session store is one for each client and for each link, and for nothing else', () => {
  const url = 'http://localhost:1';
  const auth = createAuthClient({ url });
  expect(sessionOf(auth)).toBe(sessionOf(auth));
  expect(sessionOf(createAuthClient({ url }))).not.toBe(sessionOf(auth));
  const link = authLink<AppRouter>({ url });
  expect(sessionOf(link)).toBe(sessionOf(link));
  expect(() => sessionOf(httpLink({ url }))).toThrow(TypeError);
});

test('a session store keeps no program from ending', async () => {
  await using app = await testApp();
  const program = `
    import { createAuthClient, sessionOf } from './client/index.ts';
    const session = sessionOf(createAuthClient({ url: '${app.url}' }));
    session.subscribe(({ status }) => console.log(status));
  `;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
  expect((await run).stdout).toBe('signedOut\n');
});
