import { setTimeout as sleep } from 'node:timers/promises';

import { createTRPCClient, httpBatchLink } from '@trpc/client';
import superjson from 'superjson';
import { describe, expect, test } from 'vitest';

import type { HostRouter } from '../tests/support/host-router.ts';
import { hostOf } from '../tests/support/host.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import { testDatabase } from '../tests/support/test-database.ts';
import { visitor } from '../tests/support/visitor.ts';
import { authLink, createAuthClient, memoryStorage, sessionOf } from './index.ts';
import { live } from './live.ts';

const streams = (calls: string[]): number => calls.filter((path) => path === 'auth.sessions.changes').length;

describe('a session store that is live', () => {
  test('knows at once when its session was ended elsewhere, and listens no more', async () => {
    await using app = await testApp();
    const browser = visitor();
    const auth = createAuthClient({ url: app.url, fetch: browser.fetch });
    const stop = live(auth);
    await auth.register.mutate(ada);
    await expect.poll(() => streams(browser.calls)).toBe(1);
    const { user } = (await auth.me.query()) ?? expect.unreachable();
    await app.auth.users.endSessions(user.id);
    await expect.poll(() => sessionOf(auth).status).toBe('signedOut');
    await sleep(0);
    expect(streams(browser.calls)).toBe(1);
    stop();
  });

  test('asks me after each signal, and nothing while there is none', async () => {
    await using app = await testApp();
    const browser = visitor();
    const auth = createAuthClient({ url: app.url, fetch: browser.fetch });
    const stop = live(auth);
    await auth.register.mutate(ada);
    const asked = (): number => browser.calls.filter((path) => path === 'auth.me').length;
    // The first question, that after the registration, and that after the first signal.
    await expect.poll(asked).toBe(3);
    await app.client().login.mutate(ada);
    await expect.poll(asked).toBe(4);
    stop();
  });

  test('sends a bearer token in a header, and follows the next session with the next one', async () => {
    await using app = await testApp();
    const browser = visitor();
    const auth = createAuthClient({ url: app.url, fetch: browser.fetch, storage: memoryStorage() });
    const stop = live(auth);
    await auth.register.mutate(ada);
    await expect.poll(() => streams(browser.answered)).toBe(1);
    await auth.login.mutate(ada);
    await expect.poll(() => streams(browser.answered)).toBe(2);
    const { user } = (await auth.me.query()) ?? expect.unreachable();
    await app.auth.users.disable(user.id);
    await expect.poll(() => sessionOf(auth).status).toBe('signedOut');
    stop();
  });

  test('works with the link of a host and its transformer', async () => {
    await using app = await testApp();
    await using host = await hostOf(app);
    const browser = visitor();
    const link = authLink<HostRouter>({ url: host.url, transformer: superjson, fetch: browser.fetch });
    const trpc = createTRPCClient<HostRouter>({
      links: [link, httpBatchLink({ url: host.url, transformer: superjson })],
    });
    const stop = live(link);
    await trpc.auth.register.mutate(ada);
    await expect.poll(() => streams(browser.answered)).toBe(1);
    const { user } = (await trpc.auth.me.query()) ?? expect.unreachable();
    await app.auth.users.endSessions(user.id);
    await expect.poll(() => sessionOf(link).status).toBe('signedOut');
    stop();
  });

  test('outlives a stream that breaks, also after the time at which it would have been given up for its silence', async () => {
    await using app = await testApp();
    const browser = visitor();
    let opened = 0;
    const parts = ['event: connected\ndata: {"reconnectAfterInactivityMs":20}\n\n'];
    const broken = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const part = parts.pop();
          if (part === undefined) controller.error(new TypeError('terminated'));
          else controller.enqueue(new TextEncoder().encode(part));
        },
      },
      { highWaterMark: 0 },
    );
    const auth = createAuthClient({
      url: app.url,
      fetch: async (input, init) => {
        const isStream = String(input instanceof Request ? input.url : input).includes('sessions.changes');
        if (isStream && (opened += 1) === 1) return new Response(broken);
        return await browser.fetch(input, init);
      },
    });
    const unheard: unknown[] = [];
    const hear = (fault: unknown): void => void unheard.push(fault);
    process.on('unhandledRejection', hear);
    const stop = live(auth);
    await auth.register.mutate(ada);
    await expect.poll(() => opened, { timeout: 5000 }).toBe(2);
    expect(unheard).toEqual([]);
    process.off('unhandledRejection', hear);
    stop();
  });

  test('connects again after the server was away, and is right again', async () => {
    await using database = await testDatabase();
    const first = await testApp({ database });
    const browser = visitor();
    const auth = createAuthClient({ url: first.url, fetch: browser.fetch });
    const stop = live(auth);
    await auth.register.mutate(ada);
    await expect.poll(() => streams(browser.answered)).toBe(1);
    const db = await first.db();
    await db.orm.delete(db.tables.sessions);
    await first[Symbol.asyncDispose]();
    expect(sessionOf(auth).status).toBe('signedIn');
    await using second = await testApp({ database, env: { PORT: new URL(first.url).port } });
    expect(second.url).toBe(first.url);
    await expect.poll(() => sessionOf(auth).status, { timeout: 5000 }).toBe('signedOut');
    stop();
  });
});
