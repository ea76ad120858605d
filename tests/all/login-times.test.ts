import bcrypt from 'bcrypt';
import { describe, expect, test } from 'vitest';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { read, write } from '../support/database.ts';
import { mannWhitney } from '../support/mann-whitney.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** Wrong logins that nobody should be able to tell apart. */
const logins = {
  unknown: { email: 'nobody@example.com', password: 'wrong horse battery' },
  known: { email: ada.email, password: 'wrong horse battery' },
  outdated: { email: 'old@example.com', password: 'wrong horse battery' },
};
type Kind = keyof typeof logins;

// Chance alone goes so far once in a thousand times. The machine does, too, when something else runs
// on it: so two runs of three decide.
const threshold = 3.3;

/** A server without limits, with Ada's account and one whose hash is of an older scheme and a lower cost. */
async function serverWith(hasher: Hasher | 'ofProduction'): Promise<TestApp> {
  const app = await testApp({ hasher, env: { RATE_LIMITS: 'off', LOG_LEVEL: 'silent' } });
  for (const email of [ada.email, logins.outdated.email]) await app.post('/api/auth/register', { ...ada, email });
  const old = await bcrypt.hash(ada.password, 6);
  write(app, `update users set password_hash = '${old}' where email = '${logins.outdated.email}'`);
  expect(read(app, "select count(*) from users where password_hash like '$2b$06$%'")).toEqual([1]);
  return app;
}

/** How long each kind of login took, in milliseconds; taking turns, in an order that changes. */
async function timesOf(app: TestApp, kinds: Kind[], count: number): Promise<Map<Kind, number[]>> {
  const times = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]));
  // The first rounds warm up.
  for (let round = -3; round < count; round += 1) {
    const order = kinds.map((kind) => ({ kind, at: Math.random() })).toSorted((one, other) => one.at - other.at);
    for (const { kind } of order) {
      const started = performance.now();
      const answer = await app.post('/api/auth/login', logins[kind]);
      await answer.text();
      const took = performance.now() - started;
      expect(answer.status).toBe(401);
      if (round >= 0) times.get(kind)?.push(took);
    }
  }
  return times;
}

/** Compares others with a known address, until two runs of three agree on whether there is a difference. */
async function compare(app: TestApp, others: Kind[], count: number): Promise<{ differs: boolean; zs: number[][] }> {
  const zs: number[][] = [];
  for (;;) {
    const times = await timesOf(app, ['known', ...others], count);
    zs.push(others.map((kind) => mannWhitney(times.get(kind) ?? [], times.get('known') ?? [])));
    const differing = zs.filter((run) => run.some((z) => Math.abs(z) > threshold)).length;
    if (differing === 2) return { differs: true, zs };
    if (zs.length - differing === 2) return { differs: false, zs };
  }
}

describe('the time of a wrong login', () => {
  test('GHSA-6f65-4fv2-wwch the time of a wrong login tells no unknown address from a known one, and no old hash from a new one', async () => {
    await using app = await serverWith('ofProduction');
    const { differs, zs } = await compare(app, ['unknown', 'outdated'], 60);
    expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(false);
  });

  const real = createBcryptHasher(10, bcryptOnNodesPool);
  const cheaper = createBcryptHasher(9, bcryptOnNodesPool);
  const unpadded = createBcryptHasher(10, async (task) => await bcryptOnNodesPool({ ...task, padding: [] }));

  test.each<[string, Kind, Hasher]>([
    [
      'half the work for an unknown address',
      'unknown',
      { ...real, verifyNobody: async (password) => await cheaper.verifyNobody(password) },
    ],
    ['less work for an old hash', 'outdated', unpadded],
  ])('would tell of %s', async (_what, kind, hasher) => {
    await using app = await serverWith(hasher);
    const { differs, zs } = await compare(app, [kind], 16);
    expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(true);
  });
});
