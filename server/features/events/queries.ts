import { and, desc, eq, inArray, lt, lte } from 'drizzle-orm';

import type { Queryable } from '../../db/database.ts';

export interface EventRow {
  id: string;
  createdAt: Date;
  kind: string;
  userId: string | null;
  sessionId: string | null;
  address: string | null;
  data: string;
}

export function insertEvent({ orm, tables: { events } }: Queryable, event: EventRow) {
  return orm.insert(events).values(event);
}

/** Of a user, the newest first: their ids are made in the order of time. By an index on whose they are. */
export async function findEventsOf(
  { orm, tables: { events } }: Queryable,
  { userId, before, kinds, most }: { userId: string; before: string | undefined; kinds: string[]; most: number },
): Promise<EventRow[]> {
  const isBefore = before === undefined ? undefined : lt(events.id, before);
  return await orm
    .select()
    .from(events)
    .where(and(eq(events.userId, userId), isBefore, inArray(events.kind, kinds)))
    .orderBy(desc(events.id))
    .limit(most);
}

/** Leaves the kind and the time. */
export function eraseEvents({ orm, tables: { events } }: Queryable, userId: string) {
  return orm.update(events).set({ sessionId: null, address: null, data: '{}' }).where(eq(events.userId, userId));
}

/** Deletes at most so many, and returns how many there were. By an index. */
export async function deleteEventsUntil(
  { orm, tables: { events } }: Queryable,
  { until, most }: { until: Date; most: number },
): Promise<number> {
  const some = orm.select({ id: events.id }).from(events).where(lte(events.createdAt, until)).limit(most);
  return (await orm.delete(events).where(inArray(events.id, some)).returning({ id: events.id })).length;
}
