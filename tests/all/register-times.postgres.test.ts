import { expect, test } from 'vitest';

import { compareRegistrations, manyRegistrations } from '../support/register-times.ts';

// Here each statement is a way to the database and back.
test('6.3.8 the time of a registration tells nobody on PostgreSQL either whether the address has an account', async () => {
  const { differs, zs, answers } = await compareRegistrations('on', manyRegistrations);
  expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(false);
  expect(answers).toEqual(['201 checkYourMail']);
});
