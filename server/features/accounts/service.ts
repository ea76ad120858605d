import type { Call, Deps } from '../../deps.ts';
import { NotExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { networkOf } from '../../kernel/ip-address.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { UniqueViolation } from '../../kernel/unique-violation.ts';
import { isCommon } from '../../passwords/common.ts';
import { guessableFrom } from '../../passwords/guessable.ts';
import type { Attempt } from '../../limits/limiter.ts';
import type { SignedIn } from '../sessions/contract.ts';
import { openSession, toUser } from '../sessions/service.ts';
import type { OpenedSession } from '../sessions/service.ts';
import { logInRefusals, newPasswordRefusals, registerRefusals } from './contract.ts';
import type { LogIn, Register } from './contract.ts';
import { findUserByEmail, insertUser, replacePasswordHash } from './queries.ts';

/**
 * Makes an account and signs its owner in: both are stored, or neither.
 *
 * @throws Refusal REGISTRATION_CLOSED, those of `refuseWeakPassword`, EMAIL_TAKEN, TOKEN_NOT_FOR_PAGES
 */
export async function register(
  call: Call<'db' | 'clock' | 'hasher' | 'limiter' | 'log' | 'metrics' | 'config'>,
  input: Register,
): Promise<SignedIn> {
  const { limiter, log, config } = call.deps;
  const { requestId, address } = call.request;
  if (config.registration === 'closed') throw new Refusal(registerRefusals, 'REGISTRATION_CLOSED');

  refuseWeakPassword(call.deps, input);
  const session = openSession(call, input.deliver);

  const attempt = await limiter.registration(input.email, address);
  const user = await settled(call, attempt, async () => await storeUser(call, input, session));
  log.info({ event: 'user.registered', requestId, address, userId: user.id });
  return { status: 'signedIn', user: toUser(user), ...session.deliver() };
}

async function storeUser({ deps, request }: Call<'db' | 'clock' | 'hasher'>, input: Register, session: OpenedSession) {
  const { db, clock, hasher } = deps;

  // Looked up before hashing, so that an address that is taken costs little; the unique index decides.
  if (await findUserByEmail(db, input.email)) throw new Refusal(registerRefusals, 'EMAIL_TAKEN');

  const user = {
    id: newId(),
    createdAt: clock.now(),
    email: input.email,
    name: input.name ?? null,
    passwordHash: await hasher.hash(input.password, networkOf(request.address)),
  };
  try {
    await db.atomically((tx) => [
      insertUser(tx, user),
      ...session.statements(tx, { userId: user.id, passwordHash: user.passwordHash }),
    ]);
    return user;
  } catch (error) {
    if (error instanceof UniqueViolation && error.column === 'users.email') {
      throw new Refusal(registerRefusals, 'EMAIL_TAKEN');
    }
    throw error;
  }
}

type LogInCall = Call<'db' | 'clock' | 'hasher' | 'limiter' | 'log' | 'metrics' | 'config'>;

/**
 * Signs in with e-mail and password.
 *
 * @throws Refusal WRONG_CREDENTIALS, TOKEN_NOT_FOR_PAGES, RATE_LIMITED, BUSY
 */
export async function logIn(call: LogInCall, input: LogIn): Promise<SignedIn> {
  const { limiter, log } = call.deps;
  const { requestId, address } = call.request;
  const session = openSession(call, input.deliver);

  const attempt = await limiter.logIn(input.email, address);
  const user = await settled(call, attempt, async () => await startProvedSession(call, input, session));
  if (!user) throw new Refusal(logInRefusals, 'WRONG_CREDENTIALS');

  await renewHash(call, input.password, user);
  log.info({ event: 'login.succeeded', requestId, address, userId: user.id, factors: ['password'] });
  return { status: 'signedIn', user: toUser(user), ...session.deliver() };
}

/** Does what was counted, and says how it ended. Trouble in saying so changes no answer. */
async function settled<Result>(call: Call<'log'>, attempt: Attempt, work: () => Promise<Result>): Promise<Result> {
  const { requestId, address } = call.request;
  const said = async (saying: Promise<void>): Promise<void> =>
    await saying.catch((err: unknown) => call.deps.log.warn({ event: 'limits.notSettled', requestId, address, err }));
  try {
    const result = await work();
    if (result === undefined) attempt.failed();
    else await said(attempt.succeeded());
    return result;
  } catch (error) {
    // Busy hashing looked at no password, and a busy database only stores for a right one.
    if (error instanceof Refusal && error.refusal.reason === 'BUSY') await said(attempt.notTried());
    else attempt.failed();
    throw error;
  }
}

/** Starts the session and returns the user, or `undefined` where e-mail and password are not right. */
async function startProvedSession(call: LogInCall, input: LogIn, session: OpenedSession) {
  const { db, hasher } = call.deps;
  const lane = networkOf(call.request.address);

  // Twice at most: the hash may have been renewed by another login, while this one was being verified.
  for (let time = 0; time < 2; time += 1) {
    const user = await findUserByEmail(db, input.email);
    // One hash in either branch: the time must not tell whether the address has an account.
    const isRight = user
      ? await hasher.verify(input.password, user.passwordHash, lane)
      : await hasher.verifyNobody(input.password, lane);
    if (!user || !isRight) return undefined;
    try {
      await db.atomically((tx) => session.statements(tx, { userId: user.id, passwordHash: user.passwordHash }));
      return user;
    } catch (error) {
      // The password was changed, or the user deleted, after it was verified.
      if (!(error instanceof NotExactlyOne)) throw error;
    }
  }
  return undefined;
}

/** Brings a hash of an older scheme or a lower cost up to date, now that the password is at hand. */
async function renewHash(call: LogInCall, password: string, user: { id: string; passwordHash: string }): Promise<void> {
  const { db, hasher, log } = call.deps;
  const { requestId, address } = call.request;
  if (!hasher.isOutdated(user.passwordHash)) return;
  try {
    const to = await hasher.hash(password, networkOf(address));
    await replacePasswordHash(db, user.id, { from: user.passwordHash, to });
  } catch (err) {
    // The next login does it; this one is signed in already.
    log.warn({ event: 'password.notRenewed', requestId, address, userId: user.id, err });
  }
}

/**
 * What every new password must meet, wherever it is set.
 *
 * @throws Refusal PASSWORD_TOO_SHORT, PASSWORD_COMMON, PASSWORD_GUESSABLE
 */
function refuseWeakPassword(
  { config }: Pick<Deps, 'config'>,
  { password, email }: { password: string; email: string },
): void {
  const minimum = config.passwordMinLength;
  if (Array.from(password).length < minimum) throw new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT', { minimum });

  if (isCommon(password)) throw new Refusal(newPasswordRefusals, 'PASSWORD_COMMON');

  const because = guessableFrom(password, { email, origins: [config.publicUrl, config.appUrl] });
  if (because) throw new Refusal(newPasswordRefusals, 'PASSWORD_GUESSABLE', { because });
}
