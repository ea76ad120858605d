import type { Deps } from '../../deps.ts';
import { exactlyOne, NotExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { deleteAccount } from '../account/service.ts';
import { noPassword, storeAccount } from '../accounts/service.ts';
import { refuseWeakPassword } from '../new-password/service.ts';
import { change } from '../events/service.ts';
import { endLinksFor, endLinksOf, mintLink } from '../links/service.ts';
import { endFactorsOf } from '../lost-factors/service.ts';
import { factorsOf } from '../methods/service.ts';
import { endSessionsOf, toUser } from '../sessions/service.ts';
import { listUsersInput, newUserInput, userRefusals, whichUser } from './contract.ts';
import type { ListUsers, ManagedUser, NewUser, Users, WhichUser } from './contract.ts';
import { disableUser, enableUser, findUser, findUsersAfter, setAdminSince } from './queries.ts';

type Needs = Pick<Deps, 'db' | 'breached' | 'clock' | 'config' | 'hasher' | 'jobs' | 'limiter' | 'log' | 'metrics'>;

export const createUsers = (deps: Needs): Users => ({
  find: async (which) => await find(deps, which),
  list: async (which) => await list(deps, which),
  create: async (user) => await create(deps, user),
  disable: async (id) => await disable(deps, id),
  enable: async (id) => await enable(deps, id),
  setAdmin: async (id, isAdmin) => await setAdmin(deps, id, isAdmin),
  removeFactors: async (id) => await removeFactors(deps, id),
  endSessions: async (id) => await endSessions(deps, id),
  resetLink: async (id) => await resetLink(deps, id),
  delete: async (id) => await remove(deps, id),
});

async function find({ db }: Pick<Deps, 'db'>, given: WhichUser): Promise<ManagedUser | null> {
  // Nobody has what is no id or no address; PostgreSQL would take such an id for a fault.
  const which = whichUser.safeParse(given);
  const found = which.success ? await findUser(db, which.data) : undefined;
  return found ? toManagedUser(found) : null;
}

async function list({ db }: Pick<Deps, 'db'>, given: ListUsers = {}) {
  const { cursor, limit, emailPrefix } = listUsersInput.parse(given);
  const rows = await findUsersAfter(db, { after: cursor, emailPrefix, most: limit + 1 });
  const users = rows.slice(0, limit).map(toManagedUser);
  return { users, nextCursor: rows.length > limit ? (users.at(-1)?.id ?? null) : null };
}

async function known(deps: Pick<Deps, 'db'>, id: string): Promise<ManagedUser> {
  const user = await find(deps, { id });
  if (!user) throw new Refusal(userRefusals, 'USER_UNKNOWN');
  return user;
}

async function create(deps: Needs, given: NewUser): Promise<ManagedUser> {
  const { email, password, name, emailVerified } = newUserInput.parse(given);
  if (password !== undefined) await refuseWeakPassword(deps, { password, email });

  const passwordHash = password === undefined ? noPassword : await deps.hasher.hash(password);
  const id = newId();
  const createdAt = deps.clock.now();
  const emailVerifiedAt = emailVerified ? createdAt : null;
  await storeAccount(deps, { id, createdAt, email, emailVerifiedAt, name: name ?? null, passwordHash });
  return await known(deps, id);
}

async function disable(deps: Needs, given: string): Promise<ManagedUser> {
  const { id } = await known(deps, given);
  const now = deps.clock.now();
  const disabling = change(deps, { events: [{ kind: 'user.disabled', userId: id }] }, (tx) => [
    exactlyOne(disableUser(tx, id, now)),
    endSessionsOf(tx, id),
    // Those that undo a change open nothing while the account is disabled, and may be its owner's way back.
    endLinksOf(tx, id, { except: 'emailUndo' }),
  ]);
  const [, sessionsEnded = 0] = await unlessDone(disabling);
  deps.metrics.sessionsEnded('operator', sessionsEnded);
  return await known(deps, id);
}

async function enable(deps: Needs, given: string): Promise<ManagedUser> {
  const { id } = await known(deps, given);
  const enabling = change(deps, { events: [{ kind: 'user.enabled', userId: id }] }, (tx) => [
    exactlyOne(enableUser(tx, id)),
  ]);
  await unlessDone(enabling);
  return await known(deps, id);
}

/** What is so already is not changed again, and nobody is told of it. */
async function unlessDone(changing: Promise<number[]>): Promise<number[]> {
  return await changing.catch((error: unknown) => {
    if (error instanceof NotExactlyOne) return [];
    throw error;
  });
}

async function setAdmin(deps: Needs, given: string, isAdmin: boolean): Promise<ManagedUser> {
  const { id } = await known(deps, given);
  const adminSince = isAdmin ? deps.clock.now() : null;
  const events = [{ kind: 'user.adminChanged', userId: id, isAdmin } as const];
  await unlessDone(change(deps, { events }, (tx) => [exactlyOne(setAdminSince(tx, id, adminSince))]));
  return await known(deps, id);
}

async function removeFactors(deps: Needs, given: string): Promise<ManagedUser> {
  const { id } = await known(deps, given);
  if ((await factorsOf(deps, id)).length > 0) {
    const events = [{ kind: 'factors.removed', userId: id, by: 'operator' } as const];
    const [sessionsEnded = 0] = await change(deps, { events }, (tx) => [
      endSessionsOf(tx, id),
      ...endFactorsOf(tx, id),
    ]);
    deps.metrics.sessionsEnded('operator', sessionsEnded);
  }
  return await known(deps, id);
}

async function endSessions(deps: Needs, given: string): Promise<number> {
  const { id } = await known(deps, given);
  const events = [{ kind: 'user.sessionsEnded', userId: id, by: 'operator' } as const];
  const [count = 0] = await change(deps, { events }, (tx) => [
    endSessionsOf(tx, id),
    endLinksFor(tx, id, 'emailChange'),
  ]);
  deps.metrics.sessionsEnded('operator', count);
  return count;
}

async function resetLink(deps: Needs, id: string): Promise<{ url: string; expiresAt: string }> {
  const { email, ...user } = await known(deps, id);
  const link = await mintLink(deps, { purpose: 'operatorReset', userId: user.id, email });
  if (!link) throw new Refusal(userRefusals, 'USER_DISABLED');
  return { url: link.url, expiresAt: link.expiresAt.toISOString() };
}

async function remove(deps: Needs, given: string): Promise<void> {
  const user = await known(deps, given);
  await deleteAccount(deps, {}, user).catch((error: unknown) => {
    // They have done it themselves meanwhile.
    if (error instanceof NotExactlyOne) throw new Refusal(userRefusals, 'USER_UNKNOWN');
    throw error;
  });
}

const toManagedUser = (
  row: Parameters<typeof toUser>[0] & { disabledAt: Date | null; adminSince: Date | null },
): ManagedUser => ({
  ...toUser(row),
  disabledAt: row.disabledAt?.toISOString() ?? null,
  adminSince: row.adminSince?.toISOString() ?? null,
});
