import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink, safe } from '@trpc/client';
import type { TRPCLink } from '@trpc/client';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import fastify from 'fastify';
import superjson from 'superjson';
import { describe, expect, test } from 'vitest';

import { minutes } from '../../server/kernel/clock.ts';
import { Refusal } from '../../server/kernel/refusal.ts';
import { generalRefusals } from '../../server/kernel/refusals.ts';
import { registered } from '../support/registered.ts';
import { adapters, hostApp } from '../support/host-app.ts';
import type { HostApp, HostRouter } from '../support/host-app.ts';
import { ada, cookieOf } from '../support/test-app.ts';

const client = (links: TRPCLink<HostRouter>[]) => createTRPCClient<HostRouter>({ links });

/** As a browser does: keeps the cookie, and says where its page is from. */
function browserAt({ url }: HostApp, headers: Record<string, string> = {}) {
  let cookie: string | undefined;
  const link = httpLink({
    url: `${url}/trpc`,
    transformer: superjson,
    headers: () => ({ origin: 'http://localhost:5173', ...(cookie ? { cookie } : {}), ...headers }),
    fetch: async (input, init) => {
      const answer = await fetch(input, init as RequestInit);
      const set = cookieOf(answer);
      if (set !== undefined) cookie = set.endsWith('=') ? undefined : set;
      return answer;
    },
  });
  return { trpc: client([link]), cookie: () => cookie, use: (given: string) => void (cookie = given) };
}

describe.each(Object.entries(adapters))('in the own app of a host on %s', (_name, serve) => {
  test('people register, call what only they may call, and log out', async () => {
    await using app = await hostApp(serve);
    const { trpc } = browserAt(app);
    expect(registered(await trpc.auth.register.mutate(ada)).user.email).toBe(ada.email);
    expect(await trpc.mine.query()).toEqual({ who: ada.email, tenant: 'ACME', at: new Date(0) });
    expect((await trpc.auth.me.query())?.user.email).toBe(ada.email);
    await trpc.auth.logout.mutate();
    const [, error] = await safe(trpc.mine.query());
    expect(error?.data).toMatchObject({ refusal: { reason: 'NOT_SIGNED_IN' }, httpStatus: 401 });
    expect(error?.message).toBe('Log in first.');
  });

  test('a session that was ended elsewhere is refused at once, and its cookie is cleared', async () => {
    await using app = await hostApp(serve);
    const first = browserAt(app);
    await first.trpc.auth.register.mutate(ada);
    const cookie = first.cookie() ?? '';
    const second = browserAt(app);
    second.use(cookie);
    expect((await second.trpc.mine.query()).who).toBe(ada.email);
    await first.trpc.auth.logout.mutate();
    const [, error] = await safe(second.trpc.mine.query());
    expect(error?.data).toMatchObject({ refusal: { reason: 'SESSION_ENDED' } });
    expect(second.cookie()).toBeUndefined();
  });

  test('7.5.1 what a host starts from recentlyVerified asks for the password again after a while, in our words', async () => {
    await using app = await hostApp(serve);
    const { trpc, cookie } = browserAt(app);
    const remove = async () => await safe(trpc.deleteAll.mutate({ really: true }));
    const [, nobody] = await remove();
    expect(nobody?.data).toMatchObject({ refusal: { reason: 'NOT_SIGNED_IN' }, httpStatus: 401 });

    await trpc.auth.register.mutate(ada);
    expect((await remove())[0]).toBe(`ACME: all of ${ada.email} is gone`);
    app.clock.forward(minutes(10));
    const [, stale] = await remove();
    expect(stale?.data).toMatchObject({ refusal: { reason: 'VERIFY_AGAIN', methods: ['password'] }, httpStatus: 403 });
    expect((await trpc.mine.query()).who).toBe(ada.email);

    const before = cookie();
    await trpc.auth.sessions.verify.mutate({ password: ada.password });
    expect(cookie()).not.toBe(before);
    expect((await remove())[0]).toBe(`ACME: all of ${ada.email} is gone`);
  });

  test("a host's own error, and a fault in a host's own input, arrive whole", async () => {
    await using app = await hostApp(serve);
    const { trpc } = browserAt(app);
    await trpc.auth.register.mutate(ada);

    const [, conflict] = await safe(trpc.write.mutate({ text: 'teapot' }));
    expect(conflict?.message).toBe("The host's own words");
    expect(conflict?.data).toMatchObject({ code: 'CONFLICT', ofHost: true, zodError: null });
    expect(conflict?.data).not.toHaveProperty('refusal');

    const [, invalid] = await safe(trpc.write.mutate({ text: 'no' }));
    expect(invalid?.data).toMatchObject({
      code: 'BAD_REQUEST',
      ofHost: true,
      zodError: { fieldErrors: { text: [expect.any(String)] } },
    });
    expect(await trpc.write.mutate({ text: 'yes' })).toBe(`${ada.email}: yes`);
  });

  test('a refusal of ours arrives in our shape, through the transformer of the host', async () => {
    await using app = await hostApp(serve);
    const { trpc } = browserAt(app);
    const [, wrong] = await safe(trpc.auth.login.mutate(ada));
    expect(wrong?.data).toMatchObject({ refusal: { reason: 'WRONG_CREDENTIALS' }, httpStatus: 401, zodError: null });
    const [, invalid] = await safe(trpc.auth.login.mutate({ ...ada, email: 'nobody' }));
    expect(invalid?.data).toMatchObject({
      refusal: { reason: 'INPUT_INVALID', fields: { email: [expect.any(String)] } },
    });
  });

  test('a streamed batch is refused with the way to mend it, before anybody is signed in or registered', async () => {
    await using app = await hostApp(serve);
    const streaming = client([httpBatchStreamLink({ url: `${app.url}/trpc`, transformer: superjson })]);
    const [, error] = await safe(streaming.auth.register.mutate(ada));
    expect(error?.message).toMatch(/httpLink/);
    const { trpc } = browserAt(app);
    const [, wrong] = await safe(trpc.auth.login.mutate(ada));
    expect(wrong?.data).toMatchObject({ refusal: { reason: 'WRONG_CREDENTIALS' } });
  });

  test('a field by any name is refused in our shape, also by one that the transformer would not send', async () => {
    await using app = await hostApp(serve);
    for (const name of ['constructor', 'prototype', 'unknown']) {
      const answer = await fetch(`${app.url}/trpc/auth.login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"json":{"email":"ada@example.com","password":"x","${name}":1}}`,
      });
      const said = await answer.json();
      expect([name, answer.status, said.error.json.data.refusal.reason]).toEqual([name, 400, 'INPUT_INVALID']);
    }
  });

  test('no cache keeps an answer of ours, or of what only its caller may see', async () => {
    await using app = await hostApp(serve);
    const browser = browserAt(app);
    await browser.trpc.auth.register.mutate(ada);
    const cachedAs = async (path: string): Promise<string | null> => {
      const answer = await fetch(`${app.url}/trpc/${path}`, { headers: { cookie: browser.cookie() ?? '' } });
      return answer.headers.get('cache-control');
    };
    expect([await cachedAs('auth.me'), await cachedAs('mine'), await cachedAs('today')]).toEqual([
      'no-store',
      'no-store',
      null,
    ]);
  });

  test('a page of a foreign origin changes nothing by the cookie, neither ours nor the host’s', async () => {
    await using app = await hostApp(serve, { corsOrigins: ['https://shop.example.com'] });
    const own = browserAt(app);
    await own.trpc.auth.register.mutate(ada);
    const cookie = own.cookie() ?? '';
    for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }]) {
      const foreign = browserAt(app, { cookie, ...headers });
      const [, ours] = await safe(foreign.trpc.auth.logout.mutate());
      expect(ours?.data).toMatchObject({ refusal: { reason: 'ORIGIN_REFUSED' } });
      const [, theirs] = await safe(foreign.trpc.write.mutate({ text: 'forged' }));
      expect(theirs?.data).toMatchObject({ refusal: { reason: 'ORIGIN_REFUSED' } });
      const [, danger] = await safe(foreign.trpc.deleteAll.mutate({ really: true }));
      expect(danger?.data).toMatchObject({ refusal: { reason: 'ORIGIN_REFUSED' } });
      const [, reading] = await safe(foreign.trpc.mine.query());
      expect(reading?.data).toMatchObject({ refusal: { reason: 'NOT_SIGNED_IN' } });
    }
    // A form of an old browser that names no origin.
    const form = new FormData();
    form.set('text', 'forged');
    const posted = await fetch(`${app.url}/trpc/write`, { method: 'POST', headers: { cookie }, body: form });
    expect([403, 415]).toContain(posted.status);
    expect((await own.trpc.auth.me.query())?.user.email).toBe(ada.email);
  });

  test('limits count by the address of the caller', async () => {
    await using app = await hostApp(serve);
    const from = (address: string) => browserAt(app, { 'x-forwarded-for': address }).trpc;
    for (let guess = 0; guess < 10; guess += 1) {
      await safe(from('203.0.113.9').auth.login.mutate({ ...ada, email: `nobody${guess}@example.com` }));
    }
    const [, blocked] = await safe(from('203.0.113.9').auth.login.mutate(ada));
    expect(blocked?.data).toMatchObject({ refusal: { reason: 'RATE_LIMITED' } });
    const [, elsewhere] = await safe(from('203.0.113.10').auth.login.mutate(ada));
    expect(elsewhere?.data).toMatchObject({ refusal: { reason: 'WRONG_CREDENTIALS' } });
  });

  test('calls of one batch share a request, and each finds its caller', async () => {
    await using app = await hostApp(serve);
    const browser = browserAt(app);
    await browser.trpc.auth.register.mutate(ada);
    const headers = { cookie: browser.cookie() ?? '' };
    const batched = client([httpBatchLink({ url: `${app.url}/trpc`, transformer: superjson, headers })]);
    const [mine, me, today] = await Promise.all([batched.mine.query(), batched.auth.me.query(), batched.today.query()]);
    expect([mine.who, me?.user.email, today]).toEqual([ada.email, ada.email, new Date(0)]);
  });
});

test("a host's own cookies stay beside ours", async () => {
  await using app = await hostApp(adapters.Express);
  const body = JSON.stringify({ json: ada });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${app.url}/trpc/auth.register`, { method: 'POST', headers, body });
  expect(answer.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0])).toEqual(['theme', 'latchkey_session']);
});

test('code on the server calls procedures as whoever sent the request, without a request of its own', async () => {
  await using app = await hostApp(adapters.standalone);
  const browser = browserAt(app);
  await browser.trpc.auth.register.mutate(ada);
  const request = (cookie: string) =>
    app.auth.createContext({ req: new Request(app.url, { headers: { cookie } }), resHeaders: new Headers() });

  const ctx = request(browser.cookie() ?? '');
  expect((await app.auth.callerOf(ctx))?.user.email).toBe(ada.email);
  expect((await app.router.createCaller({ ...ctx, tenant: 'acme' }).mine()).who).toBe(ada.email);

  expect(await app.auth.callerOf(request(''))).toBeNull();
  await browser.trpc.auth.logout.mutate();
  expect(await app.auth.callerOf(ctx)).toBeNull();
});

test('a fault in our own part of a host’s procedure says nothing of itself to the caller', async () => {
  await using app = await hostApp(adapters.standalone);
  const browser = browserAt(app);
  await browser.trpc.auth.register.mutate(ada);
  const ctx = app.auth.createContext({
    req: new Request(app.url, { headers: { cookie: browser.cookie() ?? '' } }),
    resHeaders: new Headers(),
  });
  await app.auth.close();
  await expect(app.router.createCaller({ ...ctx, tenant: 'acme' }).mine()).rejects.toMatchObject({
    message: 'Something went wrong.',
  });
  expect(app.logged()).toContain('procedure.failed');
});

test('requests that a Fastify host injects are answered like others', async () => {
  await using app = await hostApp(adapters.standalone);
  const injected = fastify();
  await injected.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: app.router,
      createContext: (request: Parameters<typeof app.auth.createContext>[0]) => ({
        ...app.auth.createContext(request),
        tenant: 'acme',
      }),
    },
  });
  const answer = await injected.inject({ method: 'POST', url: '/trpc/auth.register', payload: { json: ada } });
  expect([answer.statusCode, answer.cookies.map(({ name }) => name)]).toEqual([200, ['latchkey_session']]);
  await injected.close();
});

test('who gives createContext something else hears what it takes', async () => {
  await using app = await hostApp(adapters.standalone);
  const request = new Request('http://localhost/');
  for (const wrong of [undefined, {}, { req: request }, { headers: request.headers }])
    expect(() => app.auth.createContext(wrong as never)).toThrow("takes what tRPC's adapter hands to createContext");
});

test('a development set-up that others reach says so once, and prints no mail any more', async () => {
  await using app = await hostApp(adapters.standalone);
  await app.auth.users.create(ada);
  const mailed = async (): Promise<void> => {
    await browserAt(app).trpc.auth.passwordReset.request.mutate({ email: ada.email });
    app.clock.forward(61_000);
    await app.auth.runJobs();
  };
  await mailed();
  expect(app.logged().match(/#token=/g)).toHaveLength(1);
  for (const host of ['app.example.com', 'app.example.com:8443']) {
    const req = new Request('https://app.example.com/', { headers: { host } });
    app.auth.createContext({ req, resHeaders: new Headers() });
  }
  expect(app.logged().match(/"host\.foreign"/g)).toHaveLength(1);
  await mailed();
  expect(app.logged().match(/#token=/g)).toHaveLength(1);
  expect(app.logged()).toContain('"mail.notPrinted"');
});

test('a Fetch host that says no address is told once what that means', async () => {
  await using app = await hostApp(adapters.standalone);
  const info = { accept: null };
  for (const address of ['203.0.113.9', undefined, undefined])
    app.auth.createContext({ req: new Request(app.url), resHeaders: new Headers(), info, address });
  expect(app.logged().match(/"address\.unknown"/g)).toHaveLength(1);
});

test('another copy of tRPC in the process knows a refusal for an error of its own', () => {
  expect(new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 2 }).name).toBe('TRPCError');
});
