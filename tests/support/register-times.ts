import { compareTimes } from './compare-times.ts';
import { ada, testApp } from './test-app.ts';

/** The real time, for jobs that wait for theirs. */
const clock = { now: () => new Date(), forward: () => {} };

/** Thirty times what a network has in an hour, at a hash that is a tenth of the cheapest. */
export const manyRegistrations = 300;

/** Of registrations with an address that is taken and one that is free. */
export async function compareRegistrations(REQUIRE_VERIFIED_EMAIL: 'on' | 'off', count: number) {
  const env = { RATE_LIMITS: 'off', LOG_LEVEL: 'silent', REQUIRE_VERIFIED_EMAIL };
  await using app = await testApp({ env, clock });
  await app.auth.users.create({ ...ada, emailVerified: true });
  // Which most hosts do, and which is one job more.
  app.auth.on('user.registered', () => {});
  let others = 0;
  const addresses = { taken: () => ada.email, free: () => `user${(others += 1)}@example.com` };
  const answers = new Set<string>();
  const comparison = await compareTimes<keyof typeof addresses>({
    kinds: ['taken', 'free'],
    count,
    async call(kind) {
      const answer = await app.post('/api/auth/register', { ...ada, email: addresses[kind]() });
      answers.add(`${answer.status} ${(await answer.json()).status}`);
    },
  });
  return { ...comparison, answers: [...answers].toSorted() };
}
