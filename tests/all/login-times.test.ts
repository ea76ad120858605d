import bcrypt from 'bcrypt';
import { describe, expect, test } from 'vitest';

import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { toBase64 } from '../../server/hashing/foreign-hash.ts';
import { foreignOnThisThread, verifyingForeign } from '../../server/hashing/foreign-hasher.ts';
import type { Hasher } from '../../server/hashing/hasher.ts';
import { compareTimes } from '../support/compare-times.ts';
import { read, write } from '../support/database.ts';
import { isWhole } from '../support/many.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** Wrong logins that nobody should be able to tell apart. */
const logins = {
  unknown: { email: 'nobody@example.com', password: 'wrong horse battery' },
  known: { email: ada.email, password: 'wrong horse battery' },
  outdated: { email: 'old@example.com', password: 'wrong horse battery' },
  foreign: { email: 'foreign@example.com', password: 'wrong horse battery' },
  withoutPassword: { email: 'new@example.com', password: 'wrong horse battery' },
};
type Kind = keyof typeof logins;

const salt = toBase64(Buffer.from('16 bytes of salt'));
const digest = toBase64(Buffer.alloc(32, 7));

/** A server without limits, with Ada's account, one whose hash is of an older scheme and a lower cost, one whose hash another system has made, and one without a password. */
async function serverWith(hasher: Hasher | 'ofProduction'): Promise<TestApp> {
  const app = await testApp({ hasher, env: { RATE_LIMITS: 'off', LOG_LEVEL: 'silent' } });
  for (const email of [ada.email, logins.outdated.email]) await app.post('/api/auth/register', { ...ada, email });
  const old = await bcrypt.hash(ada.password, 6);
  write(app, `update users set password_hash = '${old}' where email = '${logins.outdated.email}'`);
  expect(read(app, "select count(*) from users where password_hash like '$2b$06$%'")).toEqual([1]);
  const { id } = await app.auth.users.create({ email: logins.foreign.email });
  // As quick as there is one: for production it is made slower, not quicker.
  write(app, `update users set password_hash = '$pbkdf2-sha256$i=1000$${salt}$${digest}' where id = '${id}'`);
  await app.auth.users.create({ email: logins.withoutPassword.email });
  return app;
}

async function compare(app: TestApp, others: Kind[], count: number) {
  return await compareTimes<Kind>({
    kinds: ['known', ...others],
    count,
    async call(kind) {
      const answer = await app.post('/api/auth/login', logins[kind]);
      await answer.text();
      expect(answer.status).toBe(401);
    },
  });
}

describe('the time of a wrong login', () => {
  test('GHSA-6f65-4fv2-wwch the time of a wrong login tells no unknown address from a known one, no old hash from a new one, no quick one of another system, and no account that has no password yet', async () => {
    await using app = await serverWith('ofProduction');
    const { differs, zs } = await compare(
      app,
      ['unknown', 'outdated', 'foreign', 'withoutPassword'],
      isWhole ? 60 : 40,
    );
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
    ['less work for one of another system', 'foreign', verifyingForeign(real, foreignOnThisThread)],
  ])('would tell of %s', async (_what, kind, hasher) => {
    await using app = await serverWith(hasher);
    const { differs, zs } = await compare(app, [kind], 16);
    expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(true);
  });
});
