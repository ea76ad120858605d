import { describe, expect, test } from 'vitest';

import { refusalOf, safe } from '../../client/index.ts';
import { ada, testApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

async function refusedWith(app: TestApp, password: string, email: string = ada.email) {
  const [, error] = await safe(app.client().register.mutate({ email, password }));
  expect(error?.data?.httpStatus).toBe(400);
  return { refusal: refusalOf(error), message: error?.message };
}

describe('a new password', () => {
  test('among the most common ones is refused, whatever its case, and never hashed', async () => {
    await using app = await testApp();
    for (const password of ['password123', 'Password123', 'QWERTYUIOP']) {
      expect(await refusedWith(app, password)).toEqual({
        refusal: { reason: 'PASSWORD_COMMON' },
        message: 'Choose another password: this one is among the most common, which are tried first.',
      });
    }
    expect(app.hashes()).toBe(0);
  });

  test.each([
    ['email', 'ada.lovelace'],
    ['email', 'Ada.Lovelace1815'],
    ['product', 'latchkey'],
    ['product', 'Latchkey2026'],
    ['host', 'counting-house'],
    ['host', 'engines1843'],
  ])('6.2.11 a new password guessed from the %s is refused, and the answer says so: %s', async (because, password) => {
    const env = { PUBLIC_URL: 'https://auth.counting-house.test', APP_URL: 'https://engines.test' };
    await using app = await testApp({ env });
    const { refusal, message } = await refusedWith(app, password, 'ADA.Lovelace@example.com');
    expect(refusal).toEqual({ reason: 'PASSWORD_GUESSABLE', because });
    expect(message).toContain(`guessed from the ${because}`);
    expect(message).not.toContain(password);
    expect(app.hashes()).toBe(0);
  });

  test('that is too short is told so first', async () => {
    await using app = await testApp();
    for (const password of ['123456', 'ada']) {
      expect((await refusedWith(app, password)).refusal).toEqual({ reason: 'PASSWORD_TOO_SHORT', minimum: 8 });
    }
  });

  test('says nothing about who has an account', async () => {
    await using app = await testApp();
    await app.client().register.mutate(ada);
    expect((await refusedWith(app, 'password123')).refusal).toEqual({ reason: 'PASSWORD_COMMON' });
  });
});

test('no login is asked whether its password is common: the rules are for new ones', async () => {
  await using app = await testApp();
  const [, error] = await safe(app.client().login.mutate({ ...ada, password: 'password123' }));
  expect(refusalOf(error)).toEqual({ reason: 'WRONG_CREDENTIALS' });
});
