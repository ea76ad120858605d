import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { eventKinds } from '../../server/features/events/contract.ts';
import { schedule } from '../../server/jobs/schedule.ts';
import { hours } from '../../server/kernel/clock.ts';
import { limits } from '../../server/limits/limits.ts';
import { appRouter } from '../../server/router.ts';
import { scrape, sumOf } from '../support/scrape.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestAppOptions } from '../support/test-app.ts';
import { isPostgres } from '../support/test-database.ts';

const metricsApp = async (options: TestAppOptions = {}) =>
  await testApp({ ...options, env: { METRICS_PORT: '0', ...options.env } });

describe('the metrics', () => {
  test('count each call under its procedure and its outcome, on either face', async () => {
    await using app = await metricsApp();
    await app.post('/api/auth/register', ada);
    await app.post('/trpc/auth.register', ada);
    await app.post('/trpc/auth.login', { ...ada, password: 'wrong horse battery' });
    await app.post('/api/auth/login', { ...ada, email: 'nobody' });
    await app.post('/api/auth/login', '{');
    await app.get('/trpc/auth.me');
    await app.get('/api/auth/me', { authorization: 'Bearer x' });
    await app.post('/api/auth/logout', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });

    const { samples } = await scrape(app);
    const calls = samples.filter(({ name }) => name === 'latchkey_calls_seconds_count');
    expect(calls.map(({ labels, value }) => [labels['procedure'], labels['outcome'], value]).toSorted()).toEqual([
      ['auth.login', 'INPUT_INVALID', 1],
      ['auth.login', 'REQUEST_INVALID', 1],
      ['auth.login', 'WRONG_CREDENTIALS', 1],
      ['auth.logout', 'done', 1],
      ['auth.me', 'SESSION_ENDED', 1],
      ['auth.me', 'done', 1],
      ['auth.register', 'EMAIL_TAKEN', 1],
      ['auth.register', 'done', 1],
    ]);
    expect(sumOf(samples, 'latchkey_calls_seconds_sum')).toBeGreaterThan(0);
  });

  test('have one label for every address that there is not', async () => {
    await using app = await metricsApp();
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        await app.get(`/nothing/${index}`);
        await app.get(`/trpc/made.up${'x'.repeat(index)}`);
        await app.get(`/api/made/up${'x'.repeat(index)}`);
      }),
    );
    const { samples } = await scrape(app);
    const requests = samples.filter(({ name }) => name === 'latchkey_requests_seconds_count');
    expect(requests.map(({ labels, value }) => [labels['face'], labels['status'], value]).toSorted()).toEqual([
      ['json', '404', 30],
      ['none', '404', 30],
      ['trpc', '404', 30],
    ]);
    expect(sumOf(samples, 'latchkey_calls_seconds_count')).toBe(0);
  });

  test('time the database by what was asked of it', async () => {
    await using app = await metricsApp();
    const before = (await scrape(app)).samples;
    await app.post('/api/auth/register', ada);
    const { samples } = await scrape(app);
    const more = (kind: string): number =>
      sumOf(samples, 'latchkey_database_seconds_count', { kind }) -
      sumOf(before, 'latchkey_database_seconds_count', { kind });
    expect(more('atomic')).toBe(1);
    expect(more('read')).toBeGreaterThan(0);
    expect(more('write')).toBeGreaterThan(0);
    expect(sumOf(samples, 'latchkey_database_busy_total')).toBe(0);
  });

  test('count who was refused by which limit', async () => {
    await using app = await metricsApp();
    const from = { 'x-forwarded-for': '192.0.2.7' };
    for (let time = 0; time < 12; time += 1)
      await app.post('/api/auth/login', { ...ada, email: `${time}@example.com` }, from);
    const { samples } = await scrape(app);
    expect(sumOf(samples, 'latchkey_limit_refusals_total', { limit: 'login.address' })).toBe(2);
    expect(sumOf(samples, 'latchkey_limit_refusals_total')).toBe(2);
    expect(sumOf(samples, 'latchkey_calls_seconds_count', { outcome: 'RATE_LIMITED' })).toBe(2);
  });

  test('count sessions that begin, that are logged out of, and that are over', async () => {
    await using app = await metricsApp();
    const cookie = cookieOf(await app.post('/api/auth/register', ada)) ?? '';
    await app.post('/api/auth/login', ada);
    // A page of a foreign origin gets no session.
    await app.post('/api/auth/login', ada, { origin: 'https://other.example', 'sec-fetch-site': 'cross-site' });
    await app.post('/api/auth/logout', {}, { cookie });
    const { samples } = await scrape(app);
    expect(sumOf(samples, 'latchkey_sessions_started_total')).toBe(2);
    expect(sumOf(samples, 'latchkey_sessions_ended_total', { by: 'logout' })).toBe(1);

    // A server that starts removes what is over.
    const { clock } = app;
    clock.forward(hours(24 * 31));
    await using next = await metricsApp({ database: app.database, clock });
    await expect
      .poll(async () => sumOf((await scrape(next)).samples, 'latchkey_sessions_ended_total', { by: 'time' }))
      .toBe(1);
  });

  test('time each password that is hashed, and say how many wait', async () => {
    await using app = await metricsApp({ hasher: 'ofProduction', env: { RATE_LIMITS: 'off' } });
    const logins = Array.from({ length: 12 }, async () => await app.post('/api/auth/login', ada));
    await expect
      .poll(async () => sumOf((await scrape(app)).samples, 'latchkey_hash_queue'), { interval: 1 })
      .toBeGreaterThan(0);
    await Promise.all(logins);
    const { samples } = await scrape(app);
    expect(sumOf(samples, 'latchkey_hash_queue')).toBe(0);
    expect(sumOf(samples, 'latchkey_hash_wait_seconds_count')).toBe(12);
    expect(sumOf(samples, 'latchkey_hash_seconds_count')).toBe(12);
    expect(sumOf(samples, 'latchkey_hash_seconds_sum')).toBeGreaterThan(0);
    expect(sumOf(samples, 'latchkey_hash_refusals_total')).toBe(0);
  });

  test('tell of the process: its memory, its processor, its files and how long its event loop was held up', async () => {
    await using app = await metricsApp();
    const { samples } = await scrape(app);
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(samples.map((one) => one.name)).toContain(name);
  });

  test('count each attempt at a job by its outcome, and tell how many wait or were given up', async () => {
    await using app = await metricsApp();
    app.auth.on('user.registered', () => {});
    app.auth.on('session.started', () => {
      throw new Error('Not today');
    });
    await app.post('/api/auth/register', ada);
    // With it the mail goes that a registration leaves behind.
    await app.mails();
    const numbers = async () => {
      const { samples } = await scrape(app);
      const attempts = (kind: string, outcome: string): number =>
        sumOf(samples, 'latchkey_job_attempts_seconds_count', { kind: `event.${kind}`, outcome });
      return {
        done: attempts('user.registered', 'done'),
        retried: attempts('session.started', 'retried'),
        givenUp: attempts('session.started', 'givenUp'),
        waiting: sumOf(samples, 'latchkey_jobs', { state: 'waiting' }),
        failed: sumOf(samples, 'latchkey_jobs', { state: 'failed' }),
      };
    };
    expect(await numbers()).toEqual({ done: 1, retried: 1, givenUp: 0, waiting: 1, failed: 0 });
    for (const delay of schedule.delays) {
      app.clock.forward(delay);
      await app.auth.runJobs();
    }
    const retried = schedule.delays.length;
    expect(await numbers()).toEqual({ done: 1, retried, givenUp: 1, waiting: 0, failed: 1 });
  });

  test('have labels of a closed list, and nothing that a request has brought', async () => {
    await using app = await metricsApp();
    const from = { 'x-forwarded-for': '198.51.100.77', 'user-agent': 'canary-agent' };
    const registered = await app.post('/api/auth/register', { ...ada, name: 'Canary', deliver: 'token' }, from);
    const { user, token } = await registered.json();
    await app.get('/trpc/auth.me?canary=1', { ...from, authorization: `Bearer ${token}` });
    for (let time = 0; time < 15; time += 1)
      await app.post('/api/auth/login', { ...ada, password: `canary ${time}` }, from);
    await app.get('/canary/198.51.100.77', { ...from, origin: 'https://canary.example' });
    await app.post('/trpc/auth.logout', {}, { ...from, authorization: `Bearer ${token}` });

    const { text, samples } = await scrape(app);
    const hashed = createHash('sha256').update(ada.email).digest('base64url').slice(0, 22);
    for (const secret of ['canary', 'Canary', '198.51', '127.0.0.1', ada.email, 'ada', hashed, user.id, token])
      expect(text).not.toContain(secret);

    const ours = samples.filter(({ name }) => name.startsWith('latchkey_'));
    const allowed: Record<string, (value: string) => boolean> = {
      procedure: (value) => Object.hasOwn(appRouter._def.procedures, value),
      outcome: (value) => /^(done|retried|givenUp|lost|[A-Z_]+)$/.test(value),
      face: (value) => ['trpc', 'json', 'jwks', 'livez', 'readyz', 'none'].includes(value),
      status: (value) => /^(\d{3}|none)$/.test(value),
      kind: (value) =>
        ['read', 'write', 'atomic'].includes(value) || Object.hasOwn(eventKinds, value.replace('event.', '')),
      state: (value) => ['waiting', 'failed'].includes(value),
      limit: (value) => Object.hasOwn(limits, value),
      by: (value) => ['logout', 'time'].includes(value),
      le: (value) => value === '+Inf' || Number(value) > 0,
    };
    expect(ours.length).toBeGreaterThan(100);
    const odd = ours.filter(({ labels }) => Object.entries(labels).some(([label, value]) => !allowed[label]?.(value)));
    expect(odd).toEqual([]);
  });

  test('are on a port of their own, and nothing else is there', async () => {
    await using app = await metricsApp();
    expect((await app.get('/metrics')).status).toBe(404);
    const answer = await fetch(app.metricsUrl);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    for (const path of ['/', '/api/auth/me', '/trpc/auth.me', '/metrics/x', '/livez'])
      expect((await fetch(new URL(path, app.metricsUrl))).status).toBe(404);
    expect((await fetch(app.metricsUrl, { method: 'POST' })).status).toBe(405);
  });
});

describe('the port of the metrics', () => {
  test.each([
    ['of another origin', { origin: 'https://evil.example' }, 403],
    ['of the same origin', { origin: 'http://127.0.0.1' }, 403],
    ['by a name that was made to lead here', { host: 'evil.example' }, 403],
    ['by a name that ends like ours', { host: 'localhost.evil.example:9464' }, 403],
    ['by the name of this machine', { host: 'localhost:9464' }, 200],
    ['by its address', { host: '[::1]:9464' }, 200],
  ])('answers who asks %s as it should', async (_who, headers, status) => {
    await using app = await metricsApp();
    const answer = new Promise((resolve, reject) => {
      get(app.metricsUrl, { headers }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    expect(await answer).toBe(status);
  });

  // No database has a part in it.
  test.skipIf(isPostgres)('is free again soon after somebody has taken all its connections', async () => {
    await using app = await metricsApp();
    const { port } = new URL(app.metricsUrl);
    const sockets = Array.from({ length: 100 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map(async (socket) => await once(socket, 'connect')));
    for (const socket of sockets.slice(50)) socket.write('GET /metrics HTTP/1.1\r\n');
    const started = performance.now();
    const isAnswered = async (): Promise<boolean> => (await fetch(app.metricsUrl).catch(() => undefined))?.ok ?? false;
    for (let tries = 0; tries < 1000 && !(await isAnswered()); tries += 1) await sleep(20);
    expect(performance.now() - started).toBeLessThan(8000);
    for (const socket of sockets) socket.destroy();
  });
});
