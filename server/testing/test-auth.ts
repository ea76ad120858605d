import type { Auth, AuthOptions } from '../auth.ts';
import type { AuthContext } from '../auth-context.ts';
import { requireContext } from '../context.ts';
import { createAuth } from '../create-auth.ts';
import { findUserByEmail } from '../features/logins/queries.ts';
import { change } from '../features/events/service.ts';
import type { Method } from '../features/methods/contract.ts';
import { lacksProof, openSession } from '../features/sessions/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../hashing/bcrypt-sha256.ts';
import { emailAddress } from '../kernel/fields.ts';
import { createLogger } from '../kernel/logger.ts';
import { Refusal } from '../kernel/refusal.ts';
import { newToken } from '../kernel/token.ts';
import { memoryMailer } from '../mail/memory-mailer.ts';
import type { Mail } from '../mail/mailer.ts';
import { createTestClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';

/** Latchkey for tests of a host: the real thing in memory, with a clock to move and a mailbox to read. */
export interface TestAuth extends Auth, AsyncDisposable {
  /** Stands still until `forward(milliseconds)` moves it. */
  clock: TestClock;
  /** Every mail so far, the newest last. `deliver` brings those that are due. */
  mailbox: readonly Mail[];
  /**
   * The context of a request by whoever has this address, in any spelling, signed in by a session of its
   * own: the account's password and its other sessions stay as they are. Where there is no account one
   * is made, without a password; its address counts as confirmed where that is needed. The session counts as
   * one in which these `factors` were shown: those that a host asks for, or that the account has.
   *
   * @throws Error where the account is disabled, or its address not confirmed and that is needed
   *
   * @example const caller = appRouter.createCaller(await auth.as('ada@example.com'));
   */
  as(email: string, about?: { factors?: Method[] }): Promise<{ auth: AuthContext }>;
  /** The context of a request by nobody. */
  asNobody(): { auth: AuthContext };
  /** Moves the clock on by two seconds and does what is due then: mails are sent, listeners called. */
  deliver(): Promise<void>;
}

// Bcrypt's least: a test waits for no hash. Only here, and by no setting.
const quickCost = 4;
const pauseOfMail = 2000;
// One for all of them: two on the same database read what the other has sealed.
const encryptionKey = newToken();

/**
 * A Latchkey of its own for one test: in memory, empty, up to date, without limits, and silent.
 *
 * @param options as for `createAuth`; `rateLimits: 'on'` brings the limits back, and
 * `encryptionKeys: []` takes away the key that is there otherwise, made at random
 *
 * @example await using auth = await testAuth();
 */
export async function testAuth(options: AuthOptions = {}): Promise<TestAuth> {
  const clock = createTestClock();
  const mailer = memoryMailer();
  // Each by itself: an option that is there and `undefined` must not lead to a file or to a clock that runs.
  const auth = await createAuth({
    ...options,
    databaseUrl: options.databaseUrl ?? 'file::memory:',
    rateLimits: options.rateLimits ?? 'off',
    encryptionKeys: options.encryptionKeys ?? [encryptionKey],
    log: options.log ?? createLogger('silent', { write: () => {} }),
    hasher: options.hasher ?? createBcryptHasher(quickCost, bcryptOnNodesPool),
    clock: options.clock ?? clock,
    mailer: options.mailer ?? mailer,
  });
  await auth.migrate();

  const requestWith = (cookie: string): { auth: AuthContext; resHeaders: Headers } => {
    const resHeaders = new Headers();
    const req = new Request('http://localhost/', { headers: cookie ? { cookie } : {} });
    return { ...auth.createContext({ req, resHeaders }), resHeaders };
  };

  return {
    ...auth,
    clock,
    mailbox: mailer.mailbox,
    async as(written, { factors = [] } = {}) {
      const email = emailAddress.parse(written);
      const emailVerified = options.requireVerifiedEmail === 'on';
      if (!(await auth.users.find({ email }))) await auth.users.create({ email, emailVerified }).catch(unlessTaken);
      const { resHeaders, ...ctx } = requestWith('');
      await startSession(ctx, email, factors.length > 0 ? factors : ['password']);
      const [cookie = ''] = resHeaders.getSetCookie().map((one) => one.split(';', 1)[0] ?? '');
      return { auth: requestWith(cookie).auth };
    },
    asNobody: () => ({ auth: requestWith('').auth }),
    async deliver() {
      clock.forward(pauseOfMail);
      await auth.runJobs();
    },
    [Symbol.asyncDispose]: async () => await auth.close(),
  };
}

/** Two that are signed in at once as somebody new: one of them makes the account. */
function unlessTaken(error: unknown): void {
  if (!(error instanceof Refusal) || error.refusal.reason !== 'EMAIL_TAKEN') throw error;
}

/** As a login does, but for the password. */
async function startSession(ctx: { auth: AuthContext }, email: string, factors: Method[]): Promise<void> {
  const call = requireContext(ctx);
  const user = await findUserByEmail(call.deps.db, email);
  if (!user || user.disabledAt) throw new Error(`Nobody can be signed in as ${email}: the account is disabled.`);
  if (lacksProof(call.deps, user))
    throw new Error(`Nobody can be signed in as ${email}: the address is not confirmed.`);
  const session = openSession(call, 'cookie');
  const shown = { userId: user.id, passwordHash: user.passwordHash, factors };
  await change(call.deps, session.start(shown), (tx) => session.statements(tx, shown));
  session.deliver();
}
