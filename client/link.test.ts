import { createTRPCClient, httpBatchStreamLink, safe } from '@trpc/client';
import superjson from 'superjson';
import { expect, test } from 'vitest';

import { hours } from '../server/kernel/clock.ts';
import { hostOf } from '../tests/support/host.ts';
import type { Host } from '../tests/support/host.ts';
import type { HostRouter } from '../tests/support/host-router.ts';
import { registered } from '../tests/support/registered.ts';
import { ada, testApp } from '../tests/support/test-app.ts';
import { visitor } from '../tests/support/visitor.ts';
import type { Visitor } from '../tests/support/visitor.ts';
import { authHeaders, authLink, memoryStorage, refusalOf, sessionOf } from './index.ts';
import type { AuthLinkOptions } from './index.ts';

interface Opened extends AsyncDisposable {
  host: Host;
  browser: Visitor;
  forward: (milliseconds: number) => void;
}

async function opened(): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await testApp());
  const host = stack.use(await hostOf(app));
  const kept = stack.move();
  const forward = (milliseconds: number): void => app.clock.forward(milliseconds);
  return { host, browser: visitor(), forward, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** A client as a host builds it, all of whose own calls are streamed. */
function clientOf(
  { host: { url }, browser: { fetch } }: Opened,
  options: Pick<AuthLinkOptions, 'storage' | 'headers'> = {},
) {
  const link = authLink<HostRouter>({ url, fetch, transformer: superjson, ...options });
  const headers = options.storage ? authHeaders(options.storage) : {};
  const own = httpBatchStreamLink<HostRouter>({
    url,
    // For a page of another origin, as docs/client.md says.
    fetch: async (input, init) => await fetch(input, { ...init, credentials: 'include' }),
    transformer: superjson,
    headers,
  });
  return { link, trpc: createTRPCClient<HostRouter>({ links: [link, own] }) };
}

const isStreamed = ({ latest }: Visitor): boolean => latest?.headers.get('trpc-accept') === 'application/jsonl';

test('a login of a host whose calls are streamed sets its cookie, and is no part of a batch', async () => {
  await using open = await opened();
  const { trpc } = clientOf(open);
  const [answer, now] = await Promise.all([trpc.auth.register.mutate(ada), trpc.now.query()]);
  expect(registered(answer).user.email).toBe(ada.email);
  expect(now).toEqual(new Date(0));
  expect(open.browser.calls.toSorted()).toEqual(['auth.register', 'now']);
  expect((await trpc.auth.me.query())?.user.email).toBe(ada.email);
  expect(isStreamed(open.browser)).toBe(false);
});

test('mutations of ours that are made together travel apart', async () => {
  await using open = await opened();
  const { trpc } = clientOf(open);
  const other = { ...ada, email: 'grace@example.com' };
  await Promise.all([trpc.auth.register.mutate(ada), trpc.auth.register.mutate(other)]);
  expect(open.browser.calls).toEqual(['auth.register', 'auth.register']);
});

test("queries of ours that are made together travel together, and apart from the host's", async () => {
  await using open = await opened();
  const { trpc } = clientOf(open);
  await Promise.all([trpc.auth.me.query(), trpc.now.query(), trpc.auth.me.query(), trpc.hasBearer.query()]);
  expect(open.browser.calls.toSorted()).toEqual(['auth.me,auth.me', 'now,hasBearer']);
});

test("the host's own calls go on as they were: streamed, with its transformer, its values and its errors", async () => {
  await using open = await opened();
  const { trpc } = clientOf(open);
  expect(await trpc.now.query()).toEqual(new Date(0));
  expect(isStreamed(open.browser)).toBe(true);
  expect(await trpc.note.mutate()).toBe('noted');
  expect(isStreamed(open.browser)).toBe(true);
  const counted: number[] = [];
  for await (const number of await trpc.count.query()) counted.push(number);
  expect(counted).toEqual([1, 2, 3]);
  const [, error] = await safe(trpc.broken.query());
  expect(error?.data).toMatchObject({ hostField: true, code: 'INTERNAL_SERVER_ERROR' });
});

test('without the link such a host is refused by a sentence, which is why there is one', async () => {
  await using open = await opened();
  const { url } = open.host;
  const trpc = createTRPCClient<HostRouter>({ links: [httpBatchStreamLink({ url, transformer: superjson })] });
  const [, error] = await safe(trpc.auth.register.mutate(ada));
  expect(error?.message).toContain('A streamed answer cannot set a cookie');
});

test('with a storage the token is kept, and travels with every call of ours and of the host', async () => {
  await using open = await opened();
  const storage = memoryStorage();
  const { trpc } = clientOf(open, { storage });
  await trpc.auth.register.mutate(ada);
  expect(storage.get()).toMatch(/^[\w-]{43}$/);
  expect(await trpc.hasBearer.query()).toBe(true);
  expect((await trpc.auth.me.query())?.user.email).toBe(ada.email);
  expect(open.browser.latest?.credentials).toBe('omit');
  await trpc.auth.logout.mutate();
  expect(storage.get()).toBe(null);
  expect(await trpc.hasBearer.query()).toBe(false);
});

test('headers of the host, fixed ones or new ones for each call, go with our calls beside the token', async () => {
  await using open = await opened();
  const storage = memoryStorage();
  let count = 0;
  const headers = () => ({ 'x-count': String((count += 1)) });
  await clientOf(open, { storage, headers }).trpc.auth.register.mutate(ada);
  await clientOf(open, { storage, headers }).trpc.auth.me.query();
  expect(open.browser.latest?.headers.get('x-count')).toBe('2');
  expect(open.browser.latest?.headers.get('authorization')).toBe(`Bearer ${await storage.get()}`);
  await clientOf(open, { headers: { 'x-app': 'web' } }).trpc.auth.me.query();
  expect(open.browser.latest?.headers.get('x-app')).toBe('web');
});

test.each<[reason: string, happen: (open: Opened) => void]>([
  ['NOT_SIGNED_IN', ({ browser }) => browser.clearCookies()],
  ['SESSION_ENDED', ({ forward }) => forward(hours(24 * 31))],
])("a refusal %s of the host's own procedure is heard, in the same moment as its caller", async (reason, happen) => {
  await using open = await opened();
  const { trpc, link } = clientOf(open);
  const session = sessionOf(link);
  await trpc.auth.register.mutate(ada);
  await session.refresh();
  expect(session.status).toBe('signedIn');
  expect(await trpc.secret.query()).toBe('secret');
  happen(open);
  open.browser.calls.length = 0;
  const [, error] = await safe(trpc.secret.query());
  expect(refusalOf(error)?.reason).toBe(reason);
  expect(session.status).toBe('signedOut');
  expect(open.browser.calls).toEqual(['secret']);
  session.stop();
});

test('a refusal of a call that was sent before a login, and comes after it, ends nothing', async () => {
  await using open = await opened();
  const { trpc, link } = clientOf(open);
  const session = sessionOf(link);
  await session.refresh();
  const release = open.browser.holdNext('secret');
  const late = safe(trpc.secret.query());
  await expect.poll(() => open.browser.answered).toContain('secret');
  await trpc.auth.register.mutate(ada);
  release();
  const [, error] = await late;
  expect(refusalOf(error)?.reason).toBe('NOT_SIGNED_IN');
  expect(session.status).toBe('signedIn');
  expect(open.browser.calls).toEqual(['auth.me', 'secret', 'auth.register', 'auth.me']);
  session.stop();
});

test('a token that has ended is forgotten, and a newer one is not', async () => {
  await using open = await opened();
  const storage = memoryStorage();
  const { trpc } = clientOf(open, { storage });
  await trpc.auth.register.mutate(ada);
  open.forward(hours(24 * 31));
  const release = open.browser.holdNext('auth.me');
  const late = safe(trpc.auth.me.query());
  await expect.poll(() => open.browser.answered).toContain('auth.me');
  await trpc.auth.login.mutate(ada);
  const newer = await storage.get();
  release();
  await late;
  expect(await storage.get()).toBe(newer);
  open.forward(hours(24 * 31));
  await safe(trpc.auth.me.query());
  expect(await storage.get()).toBe(null);
});

test('a storage that fails makes the call fail, and nothing else', async () => {
  await using open = await opened();
  const fault = new Error('The keychain is locked');
  const storage = { ...memoryStorage(), set: async () => await Promise.reject(fault) };
  const { trpc } = clientOf(open, { storage });
  const [, error] = await safe(trpc.auth.register.mutate(ada));
  expect(error?.message).toBe('The keychain is locked');
  expect(error?.cause).toBe(fault);
});
