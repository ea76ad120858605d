import type { Call, Deps } from '../../deps.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { UniqueViolation } from '../../kernel/unique-violation.ts';
import type { SignedIn } from '../sessions/contract.ts';
import { openSession, toUser } from '../sessions/service.ts';
import { logInRefusals, newPasswordRefusals, registerRefusals } from './contract.ts';
import type { LogIn, Register } from './contract.ts';
import { findUserByEmail, insertUser } from './queries.ts';

/**
 * Makes an account and signs its owner in: both are stored, or neither.
 *
 * @throws Refusal REGISTRATION_CLOSED, PASSWORD_TOO_SHORT, EMAIL_TAKEN, TOKEN_NOT_FOR_PAGES
 */
export async function register(
  call: Call<'db' | 'clock' | 'hasher' | 'log' | 'config'>,
  input: Register,
): Promise<SignedIn> {
  const { db, clock, hasher, log, config } = call.deps;
  if (config.registration === 'closed') throw new Refusal(registerRefusals, 'REGISTRATION_CLOSED');

  refuseWeakPassword(call.deps, input.password);
  const session = openSession(call, input.deliver);

  // Looked up before hashing, so that an address that is taken costs little; the unique index decides.
  if (await findUserByEmail(db, input.email)) throw new Refusal(registerRefusals, 'EMAIL_TAKEN');

  const user = {
    id: newId(),
    createdAt: clock.now(),
    email: input.email,
    name: input.name ?? null,
    passwordHash: await hasher.hash(input.password),
  };
  try {
    await db.atomically((tx) => [insertUser(tx, user), ...session.statements(tx, user.id)]);
  } catch (error) {
    if (error instanceof UniqueViolation && error.column === 'users.email') {
      throw new Refusal(registerRefusals, 'EMAIL_TAKEN');
    }
    throw error;
  }
  log.info({
    event: 'user.registered',
    requestId: call.request.requestId,
    address: call.request.address,
    userId: user.id,
  });
  return { status: 'signedIn', user: toUser(user), ...session.deliver() };
}

/**
 * Signs in with e-mail and password.
 *
 * @throws Refusal WRONG_CREDENTIALS, TOKEN_NOT_FOR_PAGES
 */
export async function logIn(call: Call<'db' | 'clock' | 'hasher' | 'log' | 'config'>, input: LogIn): Promise<SignedIn> {
  const { db, hasher, log } = call.deps;
  const { requestId, address } = call.request;
  const session = openSession(call, input.deliver);

  const user = await findUserByEmail(db, input.email);
  // One hash in either branch: the time must not tell whether the address has an account.
  const isRight = user
    ? await hasher.verify(input.password, user.passwordHash)
    : await hasher.verifyNobody(input.password);
  if (!user || !isRight) {
    log.info({ event: 'login.refused', requestId, address, userId: user?.id });
    throw new Refusal(logInRefusals, 'WRONG_CREDENTIALS');
  }

  await db.atomically((tx) => session.statements(tx, user.id));
  log.info({ event: 'login.succeeded', requestId, address, userId: user.id });
  return { status: 'signedIn', user: toUser(user), ...session.deliver() };
}

/**
 * What every new password must meet, wherever it is set.
 *
 * @throws Refusal PASSWORD_TOO_SHORT
 */
export function refuseWeakPassword({ config }: Pick<Deps, 'config'>, password: string): void {
  const minimum = config.passwordMinLength;
  if (Array.from(password).length < minimum) throw new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT', { minimum });
}
