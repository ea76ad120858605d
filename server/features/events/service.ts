import type { Queryable, Statement } from '../../db/database.ts';
import type { Deps, RequestFacts } from '../../deps.ts';
import { days, seconds } from '../../kernel/clock.ts';
import type { ExactlyOne } from '../../kernel/exactly-one.ts';
import { newId } from '../../kernel/id.ts';
import { inSteps } from '../../kernel/in-steps.ts';
import { isNoticed } from '../notices/contract.ts';
import type { NoticeJob } from '../notices/contract.ts';
import { envelope, eventKinds, ofOwner, ownEvent } from './contract.ts';
import type { EventKind, EventOf, Listen, Listener, NewEvent, OwnEvent } from './contract.ts';
import { deleteEventsUntil, eraseEvents, findEventsOf, insertEvent } from './queries.ts';
import type { EventRow } from './queries.ts';

/** Who or what makes a change: a request and, where one is known, the session that it came in; nobody is the operator. */
export interface Origin {
  request?: Pick<RequestFacts, 'requestId' | 'address'>;
  sessionId?: string;
}

type List = (tx: Queryable) => (Statement | ExactlyOne<Statement>)[];

/**
 * Makes a change and says so, which is one: the list is carried out whole, with its events, or not
 * at all. Then whoever listens is told, in every process, and the log has an entry for each event.
 *
 * @returns how many rows each statement of the list hit
 * @throws what `db.atomically` throws
 */
export async function change(
  deps: Pick<Deps, 'db' | 'clock' | 'jobs' | 'log'>,
  { request, sessionId, events }: Origin & { events: NewEvent[] },
  list: List,
): Promise<number[]> {
  const { db, clock, jobs, log } = deps;
  const at = clock.now();
  const address = request?.address ?? null;
  const told = events.map((event) => {
    const { kind, userId } = event;
    return { id: newId(), at, kind, userId, sessionId: sessionId ?? null, data: eventKinds[kind].parse(event) };
  });
  // The sign-in that comes with a registration is news to nobody.
  const isNews = events.every(({ kind }) => kind !== 'user.registered');
  const besides = events.map(ownersPartOf);
  const hit = await db.atomically(
    (tx) => [
      ...list(tx),
      ...told.flatMap((event, index) => record(deps, tx, { ...event, address, isNews, besides: besides[index] })),
    ],
    // Where an event names a session it is that one, and not the one that it came in.
    told.map(({ data, ...event }) => JSON.stringify({ ...event, ...data })),
  );
  // Whatever has happened: that there was something to do at once would show in the time of an answer.
  jobs.wake();
  const { requestId } = request ?? {};
  for (const { kind, userId, sessionId, data } of told)
    log.info({ event: kind, requestId, address: request?.address, userId, sessionId, ...data });
  return hit;
}

interface Told {
  id: string;
  at: Date;
  kind: EventKind;
  userId: string | null;
  sessionId: string | null;
  address: string | null;
  data: object;
  besides: object | undefined;
  isNews: boolean;
}

function record({ jobs }: Pick<Deps, 'jobs'>, tx: Queryable, event: Told): Statement[] {
  const { id, at, kind, userId, data, besides, sessionId, address, isNews } = event;
  const whose = kind === 'user.deleted' ? nobody : { userId, sessionId, address };
  const row = { id, createdAt: at, kind, ...whose, data: JSON.stringify({ ...data, ...besides }) };
  const statements: Statement[] = [insertEvent(tx, row)];
  // Whole, and not by its id: the account that it names may be gone before it is delivered.
  if (isHeard({ jobs }, kind)) statements.push(jobs.add(tx, { kind: jobOf(kind), data: { ...data, id, at, userId } }));
  // Only where somebody sends mails.
  if (isNews && isNoticed(kind) && jobs.has('notice')) {
    const notice: NoticeJob = { mail: 'notice', eventId: id };
    statements.push(jobs.add(tx, { kind: 'notice', data: notice, runAt: new Date(at.getTime() + noticeDelay) }));
  }
  return statements;
}

/** Whether a change with such an event has one job more, for whoever listens to it. */
export const isHeard = ({ jobs }: Pick<Deps, 'jobs'>, kind: EventKind): boolean => jobs.has(jobOf(kind));

/** The answer has left by then, so what a notice costs does not show in its time. */
const noticeDelay = seconds(1);

/** Of somebody who is gone there is nobody to refer to. */
const nobody = { userId: null, sessionId: null, address: null };

const ownersPartOf = (event: NewEvent): object | undefined =>
  event.kind === 'session.started' || event.kind === 'session.verified' ? ofOwner[event.kind].parse(event) : undefined;

/** Makes the one function by which listeners are added. Those of one kind are called in turn, from one job. */
export function createListeners({ jobs }: Pick<Deps, 'jobs'>): Listen {
  const byKind = new Map<EventKind, Deliver[]>();

  function listen<Kind extends EventKind>(kind: Kind, listener: Listener<Kind>): void {
    // For those whom no compiler tells: a kind that never happens would be waited for in silence.
    if (!Object.hasOwn(eventKinds, kind))
      throw new Error(`There is no event “${kind}”. There are: ${Object.keys(eventKinds).join(', ')}.`);
    const deliver: Deliver = async (data, about) => await listener(readEvent(kind, data), about);
    const known = byKind.get(kind);
    if (known) return void known.push(deliver);
    const listeners = [deliver];
    byKind.set(kind, listeners);
    jobs.on(jobOf(kind), async (data, about) => await deliverToAll(listeners, data, about));
  }
  return listen;
}

type Deliver = (data: unknown, about: { signal: AbortSignal }) => Promise<unknown>;

/** One that throws keeps the event from nobody else; the first that did decides that it is delivered again. */
async function deliverToAll(listeners: Deliver[], data: unknown, about: { signal: AbortSignal }): Promise<void> {
  const thrown: unknown[] = [];
  for (const deliver of listeners) await deliver(data, about).catch((error: unknown) => thrown.push(error));
  if (thrown.length > 0) throw thrown[0];
}

function readEvent<Kind extends EventKind>(kind: Kind, data: unknown): EventOf<Kind> {
  const event = { ...eventKinds[kind].parse(data), ...envelope.parse(data), kind };
  // The compiler does not follow a generic kind through the table; the schema of just this kind has read it.
  return event as unknown as EventOf<Kind>;
}

/** For the list that deletes an account, before its row goes: what happened and when is all that stays. */
export const eraseEventsOf = (tx: Queryable, userId: string): Statement => eraseEvents(tx, userId);

/** Some events of one account, the newest first, and where to go on. */
export async function eventsOf(
  { db }: Pick<Deps, 'db'>,
  { userId, cursor, limit }: { userId: string; cursor?: string | undefined; limit: number },
): Promise<{ events: OwnEvent[]; nextCursor: string | null }> {
  // What a newer version has stored is left out, for who asks this one does not know its kinds.
  const rows = await findEventsOf(db, { userId, before: cursor, kinds: Object.keys(eventKinds), most: limit + 1 });
  const events = rows.slice(0, limit).map(toOwnEvent);
  return { events, nextCursor: rows.length > limit ? (events.at(-1)?.id ?? null) : null };
}

function toOwnEvent({ id, kind, createdAt, address, sessionId, data }: EventRow): OwnEvent {
  return ownEvent.parse({ id, kind, at: createdAt.toISOString(), address, sessionId, data: JSON.parse(data) });
}

/** Removes events that have been kept long enough. */
export async function purgeEvents({ db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>): Promise<void> {
  const until = new Date(clock.now().getTime() - days(config.eventsKeptDays));
  await inSteps(async (most) => await deleteEventsUntil(db.unsynced, { until, most }));
}

const jobOf = (kind: EventKind): string => `event.${kind}`;
