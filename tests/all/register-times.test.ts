import { describe, expect, test } from 'vitest';

import { compareRegistrations, manyRegistrations } from '../support/register-times.ts';

describe('the time of a registration', () => {
  // The hash is a cheap one, so that it hides little of the rest.
  test('6.3.8 the time of a registration tells nobody whether the address has an account, where addresses are confirmed first', async () => {
    const { differs, zs, answers } = await compareRegistrations('on', manyRegistrations);
    expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(false);
    expect(answers).toEqual(['201 checkYourMail']);
  });

  test('would tell: it does where the answer does', async () => {
    const { differs, zs, answers } = await compareRegistrations('off', 30);
    expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(true);
    expect(answers).toEqual(['201 signedIn', '409 undefined']);
  });
});
