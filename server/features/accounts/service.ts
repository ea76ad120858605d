import type { Queryable, Statement } from '../../db/database.ts';
import type { Call, Deps } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { networkOf } from '../../kernel/ip-address.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { generalRefusals } from '../../kernel/refusals.ts';
import { UniqueViolation } from '../../kernel/unique-violation.ts';
import { settled, unproved } from '../attempts/service.ts';
import { change } from '../events/service.ts';
import type { Origin } from '../events/service.ts';
import type { NewEvent } from '../events/contract.ts';
import { askForFactor } from '../factors/service.ts';
import { addAskedMail, addSilentMail } from '../link-mails/service.ts';
import { keeperOf } from '../links/service.ts';
import { userByEmail } from '../logins/service.ts';
import { refuseWeakPassword } from '../new-password/service.ts';
import { isFactorDemanded } from '../methods/service.ts';
import { openSession, toUser } from '../sessions/service.ts';
import type { OpenedSession } from '../sessions/service.ts';
import { addressRefusals, registerRefusals } from './contract.ts';
import type { Register, Registered } from './contract.ts';
import { insertUser } from './queries.ts';

type RegisterCall = Call<
  'db' | 'clock' | 'hasher' | 'limiter' | 'jobs' | 'log' | 'mails' | 'metrics' | 'config' | 'breached'
>;

/**
 * Makes an account, whose address is to be confirmed by a mail, and signs its owner in: both are
 * stored, or neither. Where an address has to be confirmed first, nobody is signed in and nothing tells
 * whether there was an account already.
 *
 * @throws Refusal REGISTRATION_CLOSED, those of `refuseWeakPassword`, EMAIL_TAKEN, TOKEN_NOT_FOR_PAGES
 */
export async function register(call: RegisterCall, input: Register): Promise<Registered> {
  const { limiter, config } = call.deps;
  const { address } = call.request;
  if (config.registration === 'closed') throw new Refusal(registerRefusals, 'REGISTRATION_CLOSED');

  await refuseWeakPassword(call.deps, input);
  const session = openSession(call, input.deliver);

  const attempt = await limiter.registration(input.email, address);
  if (config.requireVerifiedEmail === 'on') {
    await settled(call, unproved(attempt), async () => await registerInSilence(call, input));
    return { status: 'checkYourMail' };
  }
  return await settled(call, attempt, async () => await registerAndStart(call, input, session));
}

async function registerAndStart(call: RegisterCall, input: Register, session: OpenedSession): Promise<Registered> {
  const { deps, request } = call;

  // Looked up before hashing, so that an address that is taken costs little; the statements decide.
  if ((await holderOf(deps, input.email)) !== undefined) throw new Refusal(addressRefusals, 'EMAIL_TAKEN');

  const user = await newUser(call, input);
  const { id: userId, passwordHash } = user;
  const shown = { userId, passwordHash, factors: ['password' as const] };
  const isDemanded = isFactorDemanded(deps, user);
  // Where it may not be sent, email.resend does it later.
  const isMailed = deps.mails && (await mayBeMailed(call, input.email));
  const mail = { mail: 'emailVerification', userId, locale: request.locale } as const;
  await storeAccount(deps, user, {
    ...(isDemanded ? { request, events: [] } : session.start(shown)),
    list: (tx) => [
      ...(isDemanded ? [] : session.statements(tx, shown)),
      ...(isMailed ? [addAskedMail(deps, tx, mail)] : []),
    ],
  });
  if (isDemanded) return await askForFactor(deps, user);
  return { status: 'signedIn', user: toUser(user), ...session.deliver() };
}

interface Holder {
  userId: string;
  /** Not those who have lost it, for whom it is kept: what is sent to them goes elsewhere. */
  isOwner: boolean;
}

async function holderOf(deps: Pick<Deps, 'db' | 'clock'>, email: string): Promise<Holder | undefined> {
  const [owner, keeper] = await Promise.all([userByEmail(deps, email), keeperOf(deps, email)]);
  if (owner) return { userId: owner.id, isOwner: true };
  return keeper === undefined ? undefined : { userId: keeper, isOwner: false };
}

/**
 * The same for an address that is free and one that is taken: one look, one hash, and one list that
 * writes as many rows. That of an address that is taken tells its owner.
 */
async function registerInSilence(call: RegisterCall, input: Register): Promise<'done'> {
  const { deps } = call;
  const isMailed = await mayBeMailed(call, input.email);
  const found = await holderOf(deps, input.email);
  const user = await newUser(call, input);
  let owner = found;
  for (let time = 0; time < 4; time += 1) {
    try {
      if (owner) await registerAgain(call, user, { ...owner, isMailed });
      else await storeInSilence(call, user, isMailed);
      return 'done';
    } catch (error) {
      const before = owner?.userId;
      owner = await holderOf(deps, input.email);
      // Somebody else was faster: they own it now, and are told. Or its owner has just deleted the account.
      const isTaken = error instanceof Refusal && error.refusal.reason === 'EMAIL_TAKEN';
      if (!isTaken && owner?.userId === before) throw error;
    }
  }
  throw new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 1 });
}

async function storeInSilence(call: RegisterCall, user: Parameters<typeof insertUser>[1], isMailed: boolean) {
  const { deps, request } = call;
  const about = { mail: 'emailVerification', userId: isMailed ? user.id : null, locale: request.locale } as const;
  const list = (tx: Queryable) => addSilentMail(deps, tx, { ...about, kind: 'user.registered' });
  await storeAccount(deps, user, { request, events: [], list });
}

async function registerAgain(
  call: RegisterCall,
  user: Parameters<typeof insertUser>[1],
  { userId, isOwner, isMailed }: Holder & { isMailed: boolean },
): Promise<void> {
  const { deps, request } = call;
  const kind = 'user.registeredAgain';
  const { locale } = request;
  const recipient = isMailed && isOwner ? userId : null;
  await change(deps, { request, events: [{ kind, userId }] }, (tx) => [
    // The work of inserting a user, but for the row.
    insertUser(tx, user, { isTaken: true }),
    // In the place of its row: a mail to nobody, which takes as long to write.
    addAskedMail(deps, tx, { mail: 'emailTaken', userId: null, locale }),
    ...addSilentMail(deps, tx, { mail: 'emailTaken', userId: recipient, locale, kind }),
  ]);
}

/** Counted for an address that is free and one that is taken. Nobody is told: that would tell of the account. */
const mayBeMailed = async ({ deps, request }: Call<'limiter'>, email: string): Promise<boolean> =>
  await deps.limiter.mailInSilence('registration', email, request.address);

async function newUser({ deps, request }: RegisterCall, { email, name, password }: Register) {
  return {
    id: newId(),
    createdAt: deps.clock.now(),
    email,
    emailVerifiedAt: null,
    name: name ?? null,
    locale: null,
    adminSince: null,
    passwordHash: await deps.hasher.hash(password, networkOf(request.address)),
  };
}

/**
 * Stores a new account, and what else is to begin with it: all of it, or nothing.
 *
 * @throws Refusal EMAIL_TAKEN
 */
export async function storeAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'jobs' | 'log'>,
  user: Parameters<typeof insertUser>[1],
  { list, events, ...origin }: AlsoStored = { events: [], list: () => [] },
): Promise<void> {
  const registered: NewEvent = { kind: 'user.registered', userId: user.id };
  try {
    await change(deps, { ...origin, events: [registered, ...events] }, (tx) => [
      exactlyOne(insertUser(tx, user)),
      ...list(tx),
    ]);
  } catch (error) {
    const isTaken = error instanceof UniqueViolation && error.column === 'users.email';
    // Or it is kept for somebody who has lost it.
    if (isTaken || error instanceof NotExactlyOne) throw new Refusal(addressRefusals, 'EMAIL_TAKEN');
    throw error;
  }
}

interface AlsoStored extends Origin {
  events: NewEvent[];
  list: (tx: Queryable) => (Statement | ExactlyOne<Statement>)[];
}

/** In the place of a hash: no password verifies against it, after the same work. */
export const noPassword = 'none';
