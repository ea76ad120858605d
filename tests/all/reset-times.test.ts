import { expect, test } from 'vitest';

import type { Mailer } from '../../server/mail/mailer.ts';
import { compareTimes } from '../support/compare-times.ts';
import { ada, testApp } from '../support/test-app.ts';

const addresses = { known: ada.email, unknown: 'nobody@example.com', disabled: 'eve@example.com' };
type Kind = keyof typeof addresses;

/** The real time, for jobs that wait for theirs. */
const clock = { now: () => new Date(), forward: () => {} };

const busyFor = (milliseconds: number): void => {
  for (const until = performance.now() + milliseconds; performance.now() < until;);
};

test('the time of a request for a reset tells nobody whether there is an account, though mails keep the server busy', async () => {
  let sent = 0;
  const mailer: Mailer = {
    async send() {
      sent += 1;
      busyFor(3);
    },
  };
  await using app = await testApp({ env: { RATE_LIMITS: 'off', LOG_LEVEL: 'silent' }, mailer, clock });
  await app.auth.users.create(ada);
  await app.auth.users.disable((await app.auth.users.create({ email: addresses.disabled })).id);
  const { differs, zs } = await compareTimes<Kind>({
    kinds: ['known', 'unknown', 'disabled'],
    // So many that mails go out while it is measured, a second after they were asked for.
    count: 500,
    async call(kind) {
      const answer = await app.post('/api/auth/passwordReset/request', { email: addresses[kind] });
      await answer.text();
      expect(answer.status).toBe(200);
    },
  });
  expect(sent).toBeGreaterThan(100);
  expect(differs, `z in each run: ${JSON.stringify(zs)}`).toBe(false);
});
