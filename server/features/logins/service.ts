import type { Call, Deps } from '../../deps.ts';
import { NotExactlyOne } from '../../kernel/exactly-one.ts';
import { networkOf } from '../../kernel/ip-address.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { generalRefusals } from '../../kernel/refusals.ts';
import type { LogInAttempt } from '../../limits/limiter.ts';
import { settled, unproved } from '../attempts/service.ts';
import { change } from '../events/service.ts';
import type { FactorNeeded } from '../factors/contract.ts';
import { askForFactor, isFactorNeeded } from '../factors/service.ts';
import { remindToConfirm } from '../link-mails/service.ts';
import type { Caller } from '../sessions/contract.ts';
import { lacksProof, openSession, toUser } from '../sessions/service.ts';
import type { OpenedSession } from '../sessions/service.ts';
import { disabledRefusals, logInRefusals, passwordRefusals } from './contract.ts';
import type { LogIn, LoggedIn } from './contract.ts';
import { findUserByEmail, replacePasswordHash } from './queries.ts';

type LogInCall = Call<
  'db' | 'clock' | 'hasher' | 'limiter' | 'jobs' | 'log' | 'mails' | 'metrics' | 'config' | 'sealedBox'
>;

/**
 * Signs in with e-mail and password, or asks for a second factor where the account has one or must have one.
 *
 * @throws Refusal WRONG_CREDENTIALS, ACCOUNT_DISABLED, TOKEN_NOT_FOR_PAGES, RATE_LIMITED, BUSY
 */
export async function logIn(call: LogInCall, input: LogIn): Promise<LoggedIn> {
  const session = openSession(call, input.deliver);

  const attempt = await call.deps.limiter.logIn(input.email, call.request.address);
  let needed: FactorNeeded | undefined;
  // Half of a sign-in resets nothing, and makes no network known.
  const succeeded = async (): Promise<void> => await (needed ? attempt.notTried() : attempt.succeeded());
  // What leaves no session behind leaves no trail either: a guess that was right is told of at the next sign-in.
  const counted = session.isDelivered ? { ...attempt, succeeded } : unproved(attempt);
  const proved = await settled(call, counted, async () => {
    const found = await startProvedSession(call, input, { session, attempt });
    needed = found?.needed;
    return found;
  });
  if (!proved) throw new Refusal(logInRefusals, 'WRONG_CREDENTIALS');
  if (needed) return needed;

  await renewHash(call, input.password, proved.user);
  return { status: 'signedIn', user: toUser(proved.user), ...session.deliver() };
}

/** Starts the session, or says which factor it needs; `undefined` where e-mail and password are not right. */
async function startProvedSession(
  call: LogInCall,
  input: LogIn,
  { session, attempt }: { session: OpenedSession; attempt: LogInAttempt },
) {
  const { db, hasher } = call.deps;
  const lane = networkOf(call.request.address);

  // The hash may have been renewed by another login, while this one was being verified: more than once,
  // where instances of several BCRYPT_COST run.
  for (let time = 0; time < 4; time += 1) {
    const user = await findUserByEmail(db, input.email);
    // One hash in either branch: the time must not tell whether the address has an account.
    const isRight = user
      ? await hasher.verify(input.password, user.passwordHash, lane)
      : await hasher.verifyNobody(input.password, lane);
    if (!user || !isRight) return undefined;
    // Told to nobody but who knows the password.
    if (user.disabledAt) throw new Refusal(disabledRefusals, 'ACCOUNT_DISABLED');
    if (lacksProof(call.deps, user)) {
      remindToConfirm(call, user);
      return undefined;
    }
    try {
      if (await isFactorNeeded(call.deps, user)) {
        // Before: what is asked for is bound to the hash.
        const passwordHash = await renewHash(call, input.password, user);
        return { user, needed: await askForFactor(call.deps, { ...user, passwordHash }) };
      }
      const shown = { userId: user.id, passwordHash: user.passwordHash, factors: ['password' as const] };
      await change(call.deps, session.start(shown, attempt), (tx) => session.statements(tx, shown));
      return { user };
    } catch (error) {
      // The password was changed, a factor added, or the account disabled or deleted, after it was verified.
      if (!(error instanceof NotExactlyOne)) throw error;
    }
  }
  // Each time the password was right.
  throw new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 1 });
}

/** Whose address this is, in its canonical form. */
export const userByEmail = async ({ db }: Pick<Deps, 'db'>, email: string) => await findUserByEmail(db, email);

/**
 * Checks that a caller knows the password of their account. It counts as a login does, so that whoever
 * has got hold of a session guesses no faster.
 *
 * @returns the hash that was right, and how often another password was tried before
 * @throws Refusal WRONG_PASSWORD, RATE_LIMITED, BUSY
 */
export async function provePassword(
  call: Call<'db' | 'hasher' | 'limiter' | 'log'>,
  { user }: Caller,
  password: string,
): Promise<{ passwordHash: string; failuresBefore: number }> {
  const { db, hasher, limiter } = call.deps;
  const { address } = call.request;
  const attempt = await limiter.logIn(user.email, address);
  const passwordHash = await settled(call, attempt, async () => {
    const found = await findUserByEmail(db, user.email);
    const isRight = found?.id === user.id && (await hasher.verify(password, found.passwordHash, networkOf(address)));
    return isRight ? found.passwordHash : undefined;
  });
  if (passwordHash === undefined) throw new Refusal(passwordRefusals, 'WRONG_PASSWORD');
  return { passwordHash, failuresBefore: attempt.failuresBefore };
}

/** Brings a hash of an older scheme or a lower cost up to date, now that the password is at hand. Returns the one of now. */
async function renewHash(
  call: LogInCall,
  password: string,
  { id, passwordHash: from }: { id: string; passwordHash: string },
): Promise<string> {
  const { db, hasher, log } = call.deps;
  const { requestId, address } = call.request;
  if (!hasher.isOutdated(from)) return from;
  try {
    const to = await hasher.hash(password, networkOf(address));
    await replacePasswordHash(db, id, { from, to });
    return to;
  } catch (err) {
    // The next login does it; this one is signed in already.
    log.warn({ event: 'password.notRenewed', requestId, address, userId: id, err });
    return from;
  }
}
