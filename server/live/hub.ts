import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import type { Database } from '../db/database.ts';
import { seconds } from '../kernel/clock.ts';

/** As much as is needed of an event that some process has told. */
const news = z.object({
  kind: z.string(),
  userId: z.uuid().nullable(),
  /** Of the session that it is about, where it is about one. */
  sessionId: z.uuid().nullish(),
  by: z.string().optional(),
});
export type News = z.infer<typeof news>;

/** One who follows a session. */
export interface Follower {
  userId: string;
  sessionId: string;
  /** Whether it counts as a stream of ours. */
  isStream: boolean;
  /** Something has happened to the account; `null` where it is not known what, or whether. */
  hear(news: News | null): void;
  /** The process ends. */
  end(): void;
}

/** Who follows sessions in this process, by account: all of them share what the database tells. */
export interface Hub {
  /** Until the returned function is called. */
  join(follower: Follower): () => void;
  /** How many streams of ours there are. */
  streams(of: { userId: string; sessionId: string }): { ofSession: number; ofUser: number; all: number };
  /** Ends all that follow. */
  close(): void;
}

/** Everybody looks at the database after a loss of news: so many in one turn. */
const atOnce = 100;
const pauseBetween = seconds(0.1);

export function createHub({ db }: { db: Pick<Database, 'hear'> }): Hub {
  const byUser = new Map<string, Set<Follower>>();
  let streams = 0;
  let stop: (() => void) | undefined;

  function hear(text: string | null): void {
    if (text === null) return void tellAll();
    const told = readNews(text);
    for (const follower of byUser.get(told?.userId ?? '') ?? []) follower.hear(told ?? null);
  }
  async function tellAll(): Promise<void> {
    const everybody = [...byUser.values()].flatMap((ofUser) => [...ofUser]);
    for (let from = 0; from < everybody.length; from += atOnce) {
      for (const follower of everybody.slice(from, from + atOnce)) follower.hear(null);
      // In turns, on purpose.
      // oxlint-disable-next-line no-await-in-loop
      if (from + atOnce < everybody.length) await sleep(pauseBetween, undefined, { ref: false });
    }
  }
  function leave(follower: Follower): void {
    const ofUser = byUser.get(follower.userId);
    if (!ofUser?.delete(follower)) return;
    if (follower.isStream) streams -= 1;
    if (ofUser.size === 0) byUser.delete(follower.userId);
    if (byUser.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    join(follower) {
      const ofUser = byUser.get(follower.userId) ?? new Set();
      byUser.set(follower.userId, ofUser.add(follower));
      if (follower.isStream) streams += 1;
      stop ??= db.hear(hear);
      return () => leave(follower);
    },
    streams({ userId, sessionId }) {
      const ofUser = [...(byUser.get(userId) ?? [])].filter(({ isStream }) => isStream);
      const ofSession = ofUser.filter((follower) => follower.sessionId === sessionId);
      return { ofSession: ofSession.length, ofUser: ofUser.length, all: streams };
    },
    close() {
      for (const ofUser of byUser.values()) for (const follower of ofUser) follower.end();
    },
  };
}

/** Whoever may use the database can tell anything on the channel: what is no event of ours is nothing. */
function readNews(text: string): News | undefined {
  try {
    return news.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
