/** `latchkey/testing`: Latchkey for the tests of a host. */
export { testAuth } from '../testing/test-auth.ts';
export type { TestAuth } from '../testing/test-auth.ts';
export type { TestClock } from '../testing/test-clock.ts';
export type { Mail } from '../mail/mailer.ts';
