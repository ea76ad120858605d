import { setTimeout as sleep } from 'node:timers/promises';

import type { Call, Deps } from '../../deps.ts';
import { minutes, seconds } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { generalRefusals } from '../../kernel/refusals.ts';
import { isTwoFactor } from '../methods/contract.ts';
import { isFactorDemanded } from '../methods/service.ts';
import { sessionRefusals } from '../sessions/contract.ts';
import type { Caller } from '../sessions/contract.ts';
import { factorsIn } from '../sessions/service.ts';
import { isOwnBeginning, liveRefusals, mayEnd, reasonOf } from './contract.ts';
import type { Signal, SignalReason } from './contract.ts';
import { findSessionById } from './queries.ts';

type Needs = Pick<Deps, 'db' | 'clock' | 'config' | 'live'>;

/** A browser has one stream for all its tabs; one that is gone may be found out a minute later. */
export const mostStreams = { ofSession: 10, ofUser: 50, ofProcess: 5000 };

/** However quiet it is, the session is looked at after this: what is told can be lost, and its end by time is told to nobody. */
const longestBetweenLooks = minutes(1);

/** A look may see what has happened before it is told by what: PostgreSQL tells after the commit. */
const newsTakes = seconds(1);

/** When the process ends its connections go, too, and each says so a moment later: by then it is known who has left. */
const farewell = seconds(0.05);

/**
 * A signal at once and then whenever something happens to the account, until the session is over: then
 * the last one says by what, where that is known. Who is slow to read finds what happened meanwhile
 * once, and not how often.
 *
 * @throws Refusal TOO_MANY_STREAMS
 */
export function followAsStream(
  { deps }: Call<'db' | 'clock' | 'config' | 'live'>,
  me: Caller,
  aborted?: AbortSignal,
): AsyncGenerator<Signal, void> {
  const { ofSession, ofUser, all } = deps.live.streams({ userId: me.user.id, sessionId: me.session.id });
  const { ofSession: mostOfSession, ofUser: mostOfUser, ofProcess } = mostStreams;
  if (ofSession >= mostOfSession || ofUser >= mostOfUser || all >= ofProcess)
    throw new Refusal(liveRefusals, 'TOO_MANY_STREAMS');
  return signalsOf(deps, me, aborted);
}

async function* signalsOf(deps: Needs, me: Caller, aborted?: AbortSignal): AsyncGenerator<Signal, void> {
  if (aborted?.aborted) return;
  const session = follow(deps, me, { isStream: true });
  aborted?.addEventListener('abort', session.leave);
  try {
    yield { reason: 'connected' };
    for (;;) {
      // Each look follows from the one before.
      // oxlint-disable-next-line no-await-in-loop
      const { reasons, isOver } = await session.next();
      for (const reason of reasons) yield { reason };
      if (isOver) return;
    }
  } finally {
    aborted?.removeEventListener('abort', session.leave);
    session.leave();
  }
}

/**
 * What a source of a host's own yields, until the session is over; then it ends the source and throws,
 * at once and whatever the source is waiting for.
 *
 * @param find who is asking; what it refuses is thrown before the source is asked
 * @throws Refusal SESSION_ENDED
 */
export async function* whileSignedIn<Message>(
  deps: Needs & Pick<Deps, 'log'>,
  find: () => Promise<Caller>,
  source: AsyncIterable<Message>,
): AsyncGenerator<Message, void> {
  const session = follow(deps, await find(), { isStream: false });
  const messages = interruptible(source);
  void whyOver(deps, session).then(messages.interrupt);
  try {
    for (;;) {
      // One message after the other.
      // oxlint-disable-next-line no-await-in-loop
      const { done, value } = await messages.next();
      if (done) return;
      yield value;
    }
  } finally {
    session.leave();
    messages.end();
  }
}

/** Waits for the end, and never rejects. What went wrong in our own part stays ours: the host's formatter would send its message. */
async function whyOver({ log }: Pick<Deps, 'log'>, session: Following): Promise<Refusal> {
  try {
    // Each look follows from the one before.
    // oxlint-disable-next-line no-await-in-loop
    while (!(await session.next()).isOver);
    return new Refusal(sessionRefusals, 'SESSION_ENDED');
  } catch (error) {
    if (error instanceof Refusal) return error;
    const requestId = newId();
    log.error({ event: 'procedure.failed', requestId, err: error });
    return new Refusal(generalRefusals, 'UNEXPECTED', { requestId });
  }
}

/** A source whose next message can be given up while it is waited for. */
function interruptible<Message>(source: AsyncIterable<Message>) {
  const iterator = source[Symbol.asyncIterator]();
  let isEnded = false;
  const faults: Refusal[] = [];
  // In the place of a race with one promise, which would keep something of each message for as long as it lasts.
  let giveUp = (_error: unknown): void => {};
  return {
    async next(): Promise<IteratorResult<Message, unknown>> {
      if (faults[0]) throw faults[0];
      const result = await new Promise<IteratorResult<Message, unknown>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, (error: unknown) => {
          isEnded = true;
          reject(error);
        });
      });
      if (faults[0]) throw faults[0];
      if (result.done) isEnded = true;
      return result;
    },
    interrupt(this: void, error: Refusal): void {
      faults.push(error);
      giveUp(error);
    },
    end(): void {
      // Not waited for: it may hang where the source hangs.
      if (!isEnded) iterator.return?.().catch(() => undefined);
    },
  };
}

interface Following {
  /**
   * Waits until something has happened: what, and whether the session is over. Who has left waits for nothing.
   *
   * @throws Refusal BUSY when the process ends
   */
  next(): Promise<{ reasons: SignalReason[]; isOver: boolean }>;
  leave(this: void): void;
}

function follow(deps: Needs, { user, session }: Caller, { isStream }: { isStream: boolean }): Following {
  // Each reason once, so however much happens this stays small.
  const heard = new Set<SignalReason>();
  let endsAt = new Date(session.expiresAt);
  let ending: SignalReason | undefined;
  let state: 'following' | 'left' | 'stopping' = 'following';
  let wake = (): void => {};
  const leaveHub = deps.live.join({
    userId: user.id,
    sessionId: session.id,
    isStream,
    hear(news) {
      if (news && isOwnBeginning(news, session.id)) return;
      const reason = news ? reasonOf(news) : 'missed';
      heard.add(reason);
      if (news && mayEnd(news, session.id)) ending = reason;
      wake();
    },
    end: () => leave('stopping'),
  });
  function leave(as: 'left' | 'stopping'): void {
    // Who has left has done so, also while the process ends.
    if (state !== 'left') state = as;
    leaveHub();
    wake();
  }
  const quiet = (): boolean => heard.size === 0 && state === 'following';

  async function next(): Promise<{ reasons: SignalReason[]; isOver: boolean }> {
    for (;;) {
      // Told only to who is there still. tRPC asks for the next signal ahead of time, and looks after no fault of it once its reader has gone.
      if (state === 'stopping') await sleep(farewell);
      if (state === 'stopping') throw new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 1 });
      if (state === 'left') return { reasons: [], isOver: true };
      // Taken before the look: what is heard during it is looked into after it.
      const reasons = [...heard];
      heard.clear();
      const end = await endOfSession(deps, session.id);
      const now = deps.clock.now();
      if (!end) {
        if (isStream && !ending && now < endsAt)
          await new Promise<void>((resolve) => (wake = wakingAfter(newsTakes, resolve)));
        const last = ending ?? (now < endsAt ? 'ended' : 'expired');
        const before = new Set([...reasons, ...heard]);
        before.delete(last);
        return { reasons: [...before, last], isOver: true };
      }
      endsAt = end;
      if (reasons.length > 0) return { reasons, isOver: false };
      const pause = Math.min(end.getTime() - now.getTime(), longestBetweenLooks);
      if (quiet()) await new Promise<void>((resolve) => (wake = wakingAfter(pause, resolve)));
    }
  }
  return { next, leave: () => leave('left') };
}

/**
 * When a session is over if nobody uses it any more, `null` where it is already: for who follows it, which
 * is no use of it. By its id, because its token may be another one by now.
 */
async function endOfSession(deps: Pick<Deps, 'db' | 'clock' | 'config'>, sessionId: string): Promise<Date | null> {
  const found = await findSessionById(deps.db, sessionId);
  if (!found || found.disabledAt) return null;
  // As where each call is checked: somebody was made an administrator, of whom more is asked.
  if (isFactorDemanded(deps, found) && !isTwoFactor(factorsIn(found))) return null;
  const idleAt = found.lastSeenAt.getTime() + seconds(deps.config.sessionIdleSeconds);
  const endsAt = new Date(Math.min(found.expiresAt.getTime(), idleAt));
  return endsAt > deps.clock.now() ? endsAt : null;
}

/** Calls after so many milliseconds, or when what it returns is called. */
function wakingAfter(milliseconds: number, call: () => void): () => void {
  const timer = setTimeout(call, milliseconds).unref();
  return () => {
    clearTimeout(timer);
    call();
  };
}
