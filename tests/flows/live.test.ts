import { expect, describe, test } from 'vitest';

import { mostStreams } from '../../server/features/live/service.ts';
import { minutes, seconds } from '../../server/kernel/clock.ts';
import { isMany } from '../support/many.ts';
import { openStream } from '../support/stream.ts';
import type { OpenStream } from '../support/stream.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';
import { isPostgres, testDatabase } from '../support/test-database.ts';

const path = '/trpc/auth.sessions.changes';

const logIn = async (app: TestApp, who: { email: string; password: string } = ada): Promise<string> =>
  cookieOf(await app.post('/api/auth/login', who)) ?? expect.unreachable('No cookie was set');
const register = async (app: TestApp, who: { email: string; password: string } = ada): Promise<string> =>
  cookieOf(await app.post('/api/auth/register', who)) ?? expect.unreachable('No cookie was set');

const listening = new WeakSet<TestApp>();

/** A stream that is sure to hear: the first of a process is told when PostgreSQL is listened to. */
async function follow(app: TestApp, cookie: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const stream = await openStream(app.url + path, { cookie, ...headers });
  expect(await stream.next()).toMatchObject({ event: 'connected' });
  expect(await stream.next()).toEqual({ event: 'message', data: { reason: 'connected' } });
  if (!isPostgres || listening.has(app)) return stream;
  listening.add(app);
  expect(await stream.next()).toEqual({ event: 'message', data: { reason: 'missed' } });
  return stream;
}

/** The next reason that is about an account. */
async function told(stream: OpenStream): Promise<unknown> {
  const one = await stream.next();
  const reason = (one?.data as { reason?: unknown } | undefined)?.reason;
  return reason === 'missed' ? await told(stream) : (reason ?? one?.event);
}

/** What is told of the account from its registration on may come after the stream was opened: that is left out. */
async function restOf(stream: OpenStream): Promise<string[]> {
  const reasons = (await stream.rest()).filter((reason) => reason !== 'missed');
  return reasons[0] === 'accountChanged' ? reasons.slice(1) : reasons;
}

const idOf = async (app: TestApp, email: string = ada.email): Promise<string> =>
  (await app.auth.users.find({ email }))?.id ?? expect.unreachable('There is no such user');

async function resetPassword(app: TestApp): Promise<void> {
  const { url } = await app.auth.users.resetLink(await idOf(app));
  const token = url.split('#token=')[1];
  const answer = await app.post('/api/auth/passwordReset/complete', {
    token,
    newPassword: 'a horse of another colour',
  });
  expect(answer.status).toBe(200);
}

describe('a stream of somebody who is signed in', () => {
  test('begins with a signal, goes on with what happens elsewhere, and is never kept', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    const stream = await follow(app, cookie);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.response.headers.get('cache-control')).toContain('no-store');
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no');

    const other = await logIn(app);
    expect(await told(stream)).toBe('signedInElsewhere');
    await app.post('/api/auth/sessions/verify', { password: ada.password }, { cookie: other });
    expect(await told(stream)).toBe('verified');
    await app.auth.users.enable(await idOf(app));
    await app.post('/api/auth/logout', {}, { cookie: await logIn(app) });
    expect(await told(stream)).toBe('signedInElsewhere');
    expect(await told(stream)).toBe('signedOut');
    await stream.close();
  });

  test('goes on when its session gets a new token', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    const stream = await follow(app, cookie);
    const verified = await app.post('/api/auth/sessions/verify', { password: ada.password }, { cookie });
    expect(await told(stream)).toBe('verified');
    const renewed = cookieOf(verified) ?? '';
    expect(renewed).not.toBe(cookie);
    await logIn(app);
    expect(await told(stream)).toBe('signedInElsewhere');
    await app.post('/api/auth/logout', {}, { cookie: renewed });
    expect(await restOf(stream)).toEqual(['signedOut', 'return']);
  });

  test('knows nothing of others’ accounts', async () => {
    await using app = await testApp();
    const stream = await follow(app, await register(app));
    const grace = await register(app, { ...ada, email: 'grace@example.com' });
    await app.post('/api/auth/logout', {}, { cookie: grace });
    await app.auth.users.endSessions(await idOf(app));
    expect(await restOf(stream)).toEqual(['sessionsEnded', 'return']);
  });

  test.each<[reason: string, end: (app: TestApp, cookie: string) => Promise<unknown>]>([
    ['signedOut', async (app, cookie) => await app.post('/api/auth/logout', {}, { cookie })],
    ['accountDisabled', async (app) => await app.auth.users.disable(await idOf(app))],
    ['sessionsEnded', async (app) => await app.auth.users.endSessions(await idOf(app))],
    ['passwordChanged', async (app) => await resetPassword(app)],
  ])('7.4.2 ends with its session, and says %s last', async (reason, end) => {
    await using app = await testApp();
    const cookie = await register(app);
    const streams = [await follow(app, cookie), await follow(app, cookie)];
    await end(app, cookie);
    for (const stream of streams) expect(await restOf(stream)).toEqual([reason, 'return']);
  });

  test('7.3.2 ends by itself at the end of its lifetime', async () => {
    await using app = await testApp({ env: { SESSION_LIFETIME_SECONDS: '600', SESSION_IDLE_SECONDS: '600' } });
    const cookie = await register(app);
    // Its timer is set to what is left by the clock.
    app.clock.forward(minutes(10) - 100);
    const stream = await follow(app, cookie);
    app.clock.forward(100);
    expect(await restOf(stream)).toEqual(['expired', 'return']);
  });

  test('7.3.1 is no use of its session, which ends when nobody else uses it', async () => {
    await using app = await testApp({ env: { SESSION_IDLE_SECONDS: '600' } });
    const stream = await follow(app, await register(app));
    app.clock.forward(minutes(10));
    await logIn(app);
    // The sign-in is what made it look; it may have been looking already.
    expect((await restOf(stream)).slice(-2)).toEqual(['expired', 'return']);
  });

  test('whose reader is slow keeps each reason once, however much happens', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    const quick = await follow(app, cookie);
    const req = new Request(app.url, { headers: { cookie } });
    const ctx = app.auth.createContext({ req, resHeaders: new Headers() });
    const signals = (await app.auth.router.createCaller(ctx).sessions.changes())[Symbol.asyncIterator]();
    expect((await signals.next()).value).toEqual({ reason: 'connected' });
    for (let count = 0; count < 20; count += 1) {
      const other = await logIn(app);
      await app.post('/api/auth/logout', {}, { cookie: other });
    }
    await app.auth.users.endSessions(await idOf(app));
    // By now everything has been told in this process.
    await quick.rest();
    const reasons: unknown[] = [];
    for (let one = await signals.next(); !one.done; one = await signals.next()) reasons.push(one.value.reason);
    expect(reasons).toEqual(['signedInElsewhere', 'signedOut', 'sessionsEnded']);
  });
});

describe('who may have a stream', () => {
  test.each([
    ['nobody', {}, 'NOT_SIGNED_IN'],
    ['who brings garbage', { cookie: 'latchkey_session=garbage' }, 'SESSION_ENDED'],
    ['whose session never was', { authorization: `Bearer ${'a'.repeat(43)}` }, 'SESSION_ENDED'],
  ])('is not %s', async (_who, headers, reason) => {
    await using app = await testApp();
    const stream = await openStream(app.url + path, headers);
    expect(await stream.next()).toMatchObject({ event: 'connected' });
    expect(await stream.next()).toMatchObject({
      event: 'serialized-error',
      data: { data: { httpStatus: 401, refusal: { reason } } },
    });
    expect(await stream.next()).toBeUndefined();
  });

  test('is also who has a bearer token', async () => {
    await using app = await testApp();
    const { token } = await (await app.post('/api/auth/register', { ...ada, deliver: 'token' })).json();
    const stream = await openStream(app.url + path, { authorization: `Bearer ${token}` });
    expect([await told(stream), await told(stream)]).toEqual(['connected', 'connected']);
    await stream.close();
  });

  test('3.5.1 is opened by an own page, and by no page of a foreign origin or another site, with or without its name', async () => {
    await using app = await testApp({ env: { CORS_ORIGINS: 'https://app.example.com' } });
    const cookie = await register(app);
    const own = await follow(app, cookie, { origin: 'https://app.example.com' });
    expect(own.response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(own.response.headers.get('access-control-allow-credentials')).toBe('true');
    await own.close();
    await (await follow(app, cookie, { 'sec-fetch-site': 'same-origin' })).close();
    for (const page of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const foreign = await openStream(app.url + path, { cookie, ...(page as Record<string, string>) });
      expect(foreign.response.headers.get('access-control-allow-origin')).toBeNull();
      await foreign.next();
      expect(await foreign.next()).toMatchObject({ data: { data: { refusal: { reason: 'ORIGIN_REFUSED' } } } });
    }
  });

  test('of one session is ten of them, and one more once one is closed', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    const open: OpenStream[] = [];
    for (let count = 0; count < mostStreams.ofSession; count += 1) open.push(await follow(app, cookie));
    const refused = await openStream(app.url + path, { cookie });
    expect(await refused.rest()).toEqual(['connected', 'serialized-error']);
    expect(app.logged()).toContain('TOO_MANY_STREAMS');
    // Another device of the same account.
    await (await follow(app, await logIn(app))).close();

    await open.pop()?.close();
    await expect
      .poll(async () => {
        const again = await openStream(app.url + path, { cookie });
        const [, second] = [await again.next(), await again.next()];
        await again.close();
        return second?.event;
      })
      .toBe('message');
    for (const stream of open) await stream.close();
  });

  test('of 30 of one session that are asked for at once is ten of them', async () => {
    await using app = await testApp();
    const cookie = await register(app);
    const asked = Array.from({ length: 30 }, async () => await openStream(app.url + path, { cookie }));
    const streams = await Promise.all(asked);
    const begun = await Promise.all(
      streams.map(async (stream) => [await stream.next(), await stream.next()][1]?.event),
    );
    expect(begun.filter((event) => event === 'message')).toHaveLength(mostStreams.ofSession);
    expect(begun.filter((event) => event === 'serialized-error')).toHaveLength(30 - mostStreams.ofSession);
    for (const stream of streams) await stream.close();
  });

  test('is nobody of plain JSON, which is told where streams are', async () => {
    await using app = await testApp();
    const answer = await app.get('/api/auth/sessions/changes', { cookie: await register(app) });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('');
    expect((await answer.json()).message).toContain('subscriptions are streams');
  });
});

describe('the server', () => {
  test('ends one stream in ten of many, and leaves the others alone', async () => {
    await using app = await testApp({ env: { RATE_LIMITS: 'off' } });
    const people = Array.from({ length: isMany ? 200 : 50 }, (_, index) => ({
      ...ada,
      email: `p${index}@example.com`,
    }));
    const streams: OpenStream[] = [];
    // A few at once, or the database would refuse some as busy.
    for (let from = 0; from < people.length; from += 10) {
      const some = people.slice(from, from + 10);
      if (from === 0) streams.push(await follow(app, await register(app, some.shift())));
      streams.push(...(await Promise.all(some.map(async (who) => await follow(app, await register(app, who))))));
    }
    const ended = people.flatMap(({ email }, index) => (index % 10 === 0 ? [{ email, stream: streams[index] }] : []));
    for (const { email } of ended) await app.auth.users.endSessions(await idOf(app, email));
    for (const { stream } of ended) expect(stream && (await restOf(stream))).toEqual(['sessionsEnded', 'return']);
    const others = streams.filter((_, index) => index % 10 !== 0);
    await app.auth.users.disable(await idOf(app, 'p1@example.com'));
    expect(others[0] && (await restOf(others[0]))).toEqual(['accountDisabled', 'return']);
    const quiet = others.slice(1).map(async (stream) => await told(stream));
    expect(await Promise.race([...quiet, Promise.resolve('quiet')])).toBe('quiet');
  });

  test('does not wait for streams when it stops', async () => {
    const app = await testApp();
    const stream = await follow(app, await register(app));
    const began = performance.now();
    await app[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(seconds(3));
    // Without a word that would keep the client from connecting again.
    expect(await restOf(stream).catch(() => [])).toEqual([]);
    expect(app.logged()).not.toContain('procedure.failed');
  });

  test.runIf(isPostgres)('ends a stream at once whose session another instance has ended', async () => {
    await using database = await testDatabase();
    await using one = await testApp({ database });
    await using other = await testApp({ database });
    const stream = await follow(one, await register(other));
    await other.auth.users.endSessions(await idOf(other));
    expect(await restOf(stream)).toEqual(['sessionsEnded', 'return']);
  });
});
