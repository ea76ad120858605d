import { expect, test } from 'vitest';

import { openTestDatabase } from '../../../tests/support/test-database.ts';
import { systemClock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { beginCeremony } from './service.ts';

test.each([
  ['passkeyRegistration', 'SESSION_ENDED'],
  ['passkeyVerification', 'SESSION_ENDED'],
  ['passkeyFactor', 'PROOF_SPENT'],
] as const)('whoever is deleted just before %s begins is told %s', async (kind, reason) => {
  const deps = { db: await openTestDatabase(), clock: systemClock };
  const refused = await beginCeremony(deps, { kind, userId: newId(), boundTo: newId() }).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(Refusal);
  expect(refused).toMatchObject({ refusal: { reason } });
});
