import { and, asc, count, eq, inArray, isNull, lte, sql } from 'drizzle-orm';

import type { Queryable } from '../db/database.ts';
import { placeholderOf, prepared } from '../db/prepared.ts';
import type { JobCounts } from '../kernel/metrics.ts';

interface NewJob {
  id: string;
  createdAt: Date;
  kind: string;
  data: string;
  runAt: Date;
}

/** A job that this process has taken, for this attempt. */
export interface Taken {
  id: string;
  kind: string;
  data: string;
  /** How often it has been taken: who holds it knows the newest number. */
  attempts: number;
}

export function insertJob({ orm, tables: { jobs } }: Queryable, job: NewJob) {
  return orm.insert(jobs).values({ ...job, attempts: 0 });
}

/** Jobs of a kind that are due, those that have waited longest first. By their index. */
export async function findDue(db: Queryable, about: { kind: string; now: Date; most: number }) {
  return await dueOfKind(db).execute(about);
}

const dueOfKind = prepared(({ orm, tables: { jobs } }) =>
  orm
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.kind, sql.placeholder('kind')),
        lte(jobs.runAt, placeholderOf(jobs.runAt, 'now')),
        isNull(jobs.failedAt),
      ),
    )
    .orderBy(asc(jobs.runAt))
    .limit(sql.placeholder('most'))
    .prepare(),
);

/**
 * Compare and swap: returns those that nobody else has taken meanwhile. The conditions are asked of
 * the rows that are changed, so that of two instances the one that had to wait for the other gets none.
 */
export async function takeDue(
  { orm, tables: { jobs } }: Queryable,
  { ids, now, until }: { ids: string[]; now: Date; until: Date },
): Promise<Taken[]> {
  return await orm
    .update(jobs)
    .set({ runAt: until, attempts: sql`${jobs.attempts} + 1` })
    .where(and(inArray(jobs.id, ids), lte(jobs.runAt, now), isNull(jobs.failedAt)))
    .returning({ id: jobs.id, kind: jobs.kind, data: jobs.data, attempts: jobs.attempts });
}

type Key = Pick<Taken, 'id' | 'attempts'>;

/** Sets the time of a job, or gives it up. Resolves to whether it was still ours. */
export async function changeTaken(
  { orm, tables: { jobs } }: Queryable,
  { id, attempts }: Key,
  change: { runAt: Date; failedAt?: Date },
): Promise<boolean> {
  const ours = and(eq(jobs.id, id), eq(jobs.attempts, attempts));
  return (await orm.update(jobs).set(change).where(ours).returning({ id: jobs.id })).length > 0;
}

/** Deletes a job that is done. Resolves to whether it was still ours. */
export async function deleteTaken({ orm, tables: { jobs } }: Queryable, { id, attempts }: Key): Promise<boolean> {
  const ours = and(eq(jobs.id, id), eq(jobs.attempts, attempts));
  return (await orm.delete(jobs).where(ours).returning({ id: jobs.id })).length > 0;
}

/** How many there are: those that are still to be done, and those that were given up. */
export async function countJobs({ orm, tables: { jobs } }: Queryable): Promise<JobCounts> {
  const [found] = await orm.select({ all: count(), failed: count(jobs.failedAt) }).from(jobs);
  const { all = 0, failed = 0 } = found ?? {};
  return { waiting: all - failed, failed };
}

/** Deletes at most so many of those that were given up until then, and returns how many there were. By an index. */
export async function deleteGivenUp(
  { orm, tables: { jobs } }: Queryable,
  { until, most }: { until: Date; most: number },
): Promise<number> {
  const some = orm.select({ id: jobs.id }).from(jobs).where(lte(jobs.failedAt, until)).limit(most);
  return (await orm.delete(jobs).where(inArray(jobs.id, some)).returning({ id: jobs.id })).length;
}

/** Resolves to whether nobody else had the turn: whoever had it is done, or dead. */
export async function claimTurn(
  { orm, tables: { limitCounters } }: Queryable,
  { id, now, until }: { id: string; now: Date; until: Date },
): Promise<boolean> {
  const claimed = orm
    .insert(limitCounters)
    .values({ id, createdAt: now, count: 1, blockedUntil: until, forgetAt: until })
    .onConflictDoUpdate({
      target: limitCounters.id,
      set: { blockedUntil: until, forgetAt: until },
      setWhere: lte(limitCounters.blockedUntil, now),
    });
  return (await claimed.returning({ id: limitCounters.id })).length > 0;
}

/** Compare and swap: hits no row where somebody else has the turn by now. */
export async function prolongTurn(
  { orm, tables: { limitCounters } }: Queryable,
  { id, from, to }: { id: string; from: Date; to: Date },
): Promise<boolean> {
  const ours = and(eq(limitCounters.id, id), eq(limitCounters.blockedUntil, from));
  const prolonged = orm.update(limitCounters).set({ blockedUntil: to, forgetAt: to }).where(ours);
  return (await prolonged.returning({ id: limitCounters.id })).length > 0;
}
