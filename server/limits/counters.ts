import { and, eq, gt, inArray, like, lte, notInArray, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';

import type { Database, Queryable } from '../db/database.ts';
import { days, seconds } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { inSteps } from '../kernel/in-steps.ts';
import type { Metrics } from '../kernel/metrics.ts';
import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';
import { limits } from './limits.ts';
import type { Limit, LimitName } from './limits.ts';

/** Counts per limit and subject. Everything is kept in the database, unsynced. */
export interface Counters {
  /**
   * Counts one more, before the work that the limit is for: of many at once, none more than allowed
   * gets through.
   *
   * @throws Refusal RATE_LIMITED
   */
  count(limit: LimitName, subject: string): Promise<void>;
  /**
   * Refuses what is known from memory to be blocked, and counts nothing.
   *
   * @throws Refusal RATE_LIMITED
   */
  refuseBlocked(limit: LimitName, subject: string): void;
  /** Takes one back that turned out to be no harm, and with it the block that it may have brought. */
  takeBack(limit: LimitName, subject: string): Promise<void>;
  /** Begins anew. */
  reset(limit: LimitName, subject: string): Promise<void>;
  /** Remembers a subject for 30 days. */
  remember(subject: string): Promise<void>;
  /** Whether a pair of account and network is remembered, and how many failures of the account are. By one statement. */
  lookUp(subjects: { pair: string; account: string }): Promise<{ isKnown: boolean; failures: number }>;
  /** One more wrong login to an account, from wherever. It limits nothing. */
  noteFailure(account: string): Promise<void>;
  forgetFailures(account: string): Promise<void>;
  /** Every network that is remembered with an account, or was counted apart for that, but for some pairs. Reads the whole table: for what is rare. */
  forgetNetworks(account: string, kept: { except: string[] }): Promise<void>;
  /** Removes what no decision needs any more. */
  purge(): Promise<void>;
}

const rememberedFor = days(30);
const failuresRememberedFor = days(1);
const mostRemembered = 10_000;
/** Another instance may have lifted the block, as when the attempts that it was for turned out right. */
const trustedFor = seconds(5);

export function createCounters({ db, clock, metrics }: { db: Database; clock: Clock; metrics: Metrics }): Counters {
  const { unsynced } = db;
  const counters = unsynced.tables.limitCounters;
  // A key that is blocked is refused from memory: a flood that is being refused costs no statement.
  const blocked = new Map<string, { until: number; askAgainAt: number }>();

  let lifted = 0;

  function rememberBlocked(id: string, until: number, now: number): void {
    if (blocked.size >= mostRemembered && !blocked.has(id)) blocked.delete(blocked.keys().next().value ?? '');
    blocked.set(id, { until, askAgainAt: Math.min(until, now + trustedFor) });
  }

  function lift(id: string): void {
    lifted += 1;
    blocked.delete(id);
  }

  function rateLimited(name: LimitName, until: number, now: number): Refusal {
    metrics.limited(name);
    const retryAfterSeconds = Math.max(1, Math.ceil((until - now) / 1000));
    return new Refusal(generalRefusals, 'RATE_LIMITED', { retryAfterSeconds });
  }

  function refuseFromMemory(name: LimitName, subject: string, now: number): void {
    const id = `${name} ${subject}`;
    const known = blocked.get(id);
    if (known && known.askAgainAt > now) throw rateLimited(name, known.until, now);
    blocked.delete(id);
  }

  return {
    refuseBlocked(name, subject) {
      refuseFromMemory(name, subject, clock.now().getTime());
    },

    async count(name, subject) {
      const id = `${name} ${subject}`;
      const now = clock.now();
      refuseFromMemory(name, subject, now.getTime());

      const [counted] = await countOne(unsynced, { id, limit: limits[name], now });
      if (counted) return;
      const liftedBefore = lifted;
      const [row] = await db.orm.select().from(counters).where(eq(counters.id, id));
      const until = row?.blockedUntil.getTime() ?? now.getTime();
      // What was read may be out of date by now; then the next call asks the database again.
      if (lifted === liftedBefore) rememberBlocked(id, until, now.getTime());
      throw rateLimited(name, until, now.getTime());
    },

    async takeBack(name, subject) {
      const id = `${name} ${subject}`;
      await unsynced.orm
        .update(counters)
        .set({
          count: sql`case when ${counters.count} > 0 then ${counters.count} - 1 else 0 end`,
          blockedUntil: new Date(0),
        })
        .where(eq(counters.id, id));
      lift(id);
    },

    async reset(name, subject) {
      const id = `${name} ${subject}`;
      await unsynced.orm.delete(counters).where(eq(counters.id, id));
      lift(id);
    },

    async remember(subject) {
      const createdAt = clock.now();
      const forgetAt = new Date(createdAt.getTime() + rememberedFor);
      await unsynced.orm
        .insert(counters)
        .values({ id: `known ${subject}`, createdAt, count: 1, blockedUntil: new Date(0), forgetAt })
        .onConflictDoUpdate({ target: counters.id, set: { forgetAt } });
    },

    async lookUp({ pair, account }) {
      const [known, failed] = [`known ${pair}`, `failures ${account}`];
      const rows = await db.orm
        .select()
        .from(counters)
        .where(and(inArray(counters.id, [known, failed]), gt(counters.forgetAt, clock.now())));
      const countOf = (id: string): number => rows.find((row) => row.id === id)?.count ?? 0;
      return { isKnown: countOf(known) > 0, failures: countOf(failed) };
    },

    async noteFailure(account) {
      const createdAt = clock.now();
      const forgetAt = new Date(createdAt.getTime() + failuresRememberedFor);
      const isForgotten = sql`${counters.forgetAt} <= ${sql.param(createdAt, counters.forgetAt)}`;
      await unsynced.orm
        .insert(counters)
        .values({ id: `failures ${account}`, createdAt, count: 1, blockedUntil: new Date(0), forgetAt })
        .onConflictDoUpdate({
          target: counters.id,
          set: { count: sql`case when ${isForgotten} then 1 else ${counters.count} + 1 end`, forgetAt },
        });
    },

    async forgetFailures(account) {
      await unsynced.orm.delete(counters).where(eq(counters.id, `failures ${account}`));
    },

    async forgetNetworks(account, { except }) {
      const ofAccount = or(
        like(counters.id, `known ${account} %`),
        like(counters.id, `login.knownAccount ${account} %`),
        like(counters.id, `factor.knownAccount ${account} %`),
      );
      const isKept = except.flatMap((pair) =>
        ['known', 'login.knownAccount', 'factor.knownAccount'].map((name) => `${name} ${pair}`),
      );
      await unsynced.orm.delete(counters).where(and(ofAccount, notInArray(counters.id, isKept)));
    },

    async purge() {
      const now = clock.now();
      const old = and(lte(counters.forgetAt, now), lte(counters.blockedUntil, now));
      await inSteps(async (most) => {
        const some = db.orm.select({ id: counters.id }).from(counters).where(old).limit(most);
        const removed = unsynced.orm.delete(counters).where(inArray(counters.id, some));
        return (await removed.returning({ id: counters.id })).length;
      });
    },
  };
}

/** How often each subject was counted for a limit, as it stands in the database. */
export async function countsFor(
  { orm, tables: { limitCounters: counters } }: Queryable,
  name: LimitName,
): Promise<Map<string, number>> {
  const { id, count } = counters;
  const rows = await orm
    .select({ id, count })
    .from(counters)
    .where(like(id, `${name} %`));
  return new Map(rows.map((row) => [row.id.slice(name.length + 1), row.count]));
}

/** One statement decides: a row comes back where the key was not blocked, and is then counted. */
function countOne(
  { orm, tables: { limitCounters } }: Queryable,
  { id, limit, now }: { id: string; limit: Limit; now: Date },
) {
  const { count, forgetAt, blockedUntil } = limitCounters;
  const after = (milliseconds: number): SQL => sql`${sql.param(new Date(now.getTime() + milliseconds), forgetAt)}`;
  const isForgotten = sql`${forgetAt} <= ${sql.param(now, forgetAt)}`;
  const newCount = sql`case when ${isForgotten} then 1 else ${count} + 1 end`;

  const newForgetAt =
    limit.kind === 'window'
      ? sql`case when ${isForgotten} then ${after(limit.window)} else ${forgetAt} end`
      : after(limit.memory);
  const newBlockedUntil =
    limit.kind === 'window'
      ? sql`case when (${newCount}) >= ${limit.most} then (${newForgetAt}) else ${blockedUntil} end`
      : growing(limit.free, limit.delays);

  function growing(free: number, delays: readonly number[]): SQL {
    const steps = delays.map((delay, index) => sql`when (${newCount}) = ${free + index} then ${after(delay)}`);
    // What is not blocked stays so. The column among the results is what tells PostgreSQL their type.
    return sql`case when (${newCount}) < ${free} then ${blockedUntil} ${sql.join(steps, sql` `)} else ${after(delays.at(-1) ?? 0)} end`;
  }

  return orm
    .insert(limitCounters)
    .values({
      id,
      createdAt: now,
      count: 1,
      blockedUntil: blockedByFirst(limit, now),
      forgetAt: new Date(now.getTime() + (limit.kind === 'window' ? limit.window : limit.memory)),
    })
    .onConflictDoUpdate({
      target: limitCounters.id,
      set: { count: newCount, forgetAt: newForgetAt, blockedUntil: newBlockedUntil },
      setWhere: lte(blockedUntil, now),
    })
    .returning({ id: limitCounters.id });
}

/** Until when nothing more is let through after the very first one; in the past where more are. */
function blockedByFirst(limit: Limit, now: Date): Date {
  const [most, delay = 0] = limit.kind === 'window' ? [limit.most, limit.window] : [limit.free, limit.delays[0]];
  return new Date(most === 1 ? now.getTime() + delay : 0);
}
