import { createTRPCClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import superjson from 'superjson';
import { expect, onTestFinished, test, vi } from 'vitest';

import { hostOf } from '../tests/support/host.ts';
import type { HostRouter } from '../tests/support/host-router.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import { authLink, createAuthClient, sessionOf } from './index.ts';
import type { AuthLinkOptions, SessionStore } from './index.ts';

interface Opened extends AsyncDisposable {
  url: string;
  session: SessionStore;
  logIn(): Promise<void>;
}

/** A host with superjson, and a store that was set up as somebody may who has the compiler believe that all is well. */
async function opened(setUp: Pick<AuthLinkOptions, 'mountedAt' | 'transformer'>): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await hostOf(stack.use(await testApp())));
  const { fetch } = visitor();
  const session = sessionOf(authLink<AnyRouter>({ url, fetch, ...setUp }));
  const logIn = async (): Promise<void> => {
    const link = authLink<HostRouter>({ url, fetch, transformer: superjson });
    await createTRPCClient<HostRouter>({ links: [link] }).auth.register.mutate(ada);
  };
  const kept = stack.move();
  return { url, session, logIn, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** What the console is told from now on. */
function told(): unknown[] {
  const lines: unknown[] = [];
  const error = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line));
  onTestFinished(() => error.mockRestore());
  return lines;
}

test("without the host's transformer nobody is taken for signed in or out, and the console says why, once", async () => {
  await using open = await opened({});
  const lines = told();
  expect(await open.session.refresh()).toEqual({ status: 'loading' });
  expect(lines).toEqual([expect.stringMatching(/auth\.me.*transformer/)]);
  await open.logIn();
  expect(await open.session.refresh()).toEqual({ status: 'loading' });
  expect(lines).toHaveLength(1);
});

test('where our router has another name the console says so, once', async () => {
  await using open = await opened({ mountedAt: 'account', transformer: superjson });
  const lines = told();
  expect(await open.session.refresh()).toEqual({ status: 'loading' });
  await open.session.refresh();
  expect(lines).toEqual([expect.stringMatching(/account\.me.*mountedAt/)]);
  expect(lines[0]).toContain(open.url);
});

test('the console says it, too, where the transformer is missing besides', async () => {
  await using open = await opened({ mountedAt: 'account' });
  const lines = told();
  await open.session.refresh();
  expect(lines).toEqual([expect.stringMatching(/account\.me.*mountedAt/)]);
});

test('a server that is elsewhere is one of these, and one that cannot be reached is not', async () => {
  await using app = await testApp();
  const lines = told();
  await sessionOf(createAuthClient({ url: `${app.url}/elsewhere` })).refresh();
  expect(lines).toEqual([expect.stringContaining(`${app.url}/elsewhere/trpc`)]);
  await sessionOf(createAuthClient({ url: 'http://127.0.0.1:1' })).refresh();
  expect(lines).toHaveLength(1);
});

test('the console is told nothing while all is well', async () => {
  await using open = await opened({ transformer: superjson });
  const lines = told();
  expect(await open.session.refresh()).toEqual({ status: 'signedOut' });
  await open.logIn();
  expect(await open.session.refresh()).toMatchObject({ status: 'signedIn', user: { email: ada.email } });
  expect(lines).toEqual([]);
});
