import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { hours } from '../../server/kernel/clock.ts';
import { limits } from '../../server/limits/limits.ts';
import { appRouter } from '../../server/router.ts';
import { scrape, sumOf } from '../support/scrape.ts';
import { ada, cookieOf, testApp } from '../support/test-app.ts';
import type { TestAppOptions } from '../support/test-app.ts';

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
      outcome: (value) => /^(done|[A-Z_]+)$/.test(value),
      face: (value) => ['trpc', 'json', 'livez', 'readyz', 'none'].includes(value),
      status: (value) => /^(\d{3}|none)$/.test(value),
      kind: (value) => ['read', 'write', 'atomic'].includes(value),
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
