import { setTimeout as sleep } from 'node:timers/promises';

import type { Deps } from './deps.ts';
import { purgeCeremonies } from './features/ceremonies/service.ts';
import { purgeEvents } from './features/events/service.ts';
import { purgeLinks } from './features/links/service.ts';
import { purgeSessions } from './features/sessions/service.ts';
import { renewKeys } from './features/tokens/service.ts';
import { takeTurn } from './jobs/turn.ts';
import { days, minutes, seconds } from './kernel/clock.ts';

/**
 * What goes on beside requests, from the moment that there are tables: jobs, and every minute the removal of what
 * is over and a look at whether another key is due.
 */
export function createBackground(deps: Deps): { begin(): void; end(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;
  const ending = new AbortController();

  const tick = (): void => {
    underWay ??= purge(deps, ending.signal)
      // Where it ends the database may be closed under it: what is left is removed by the next one.
      .catch((err: unknown) => ending.signal.aborted || deps.log.warn({ event: 'purge.failed', err }))
      .then(() => void (underWay = undefined));
  };
  return {
    begin() {
      if (timer) return;
      tick();
      timer = setInterval(tick, minutes(1)).unref();
      deps.jobs.start();
    },
    async end() {
      clearInterval(timer);
      ending.abort();
      await Promise.all([deps.jobs.stop(), Promise.race([underWay, sleep(seconds(1), undefined, { ref: false })])]);
    },
  };
}

/** Shorter than a minute, so that whoever has had the turn may have it again. */
const turnLasts = seconds(50);

/** Of all instances one alone does it each minute. One that dies of it is followed by another within two. */
async function purge(deps: Deps, ending: AbortSignal): Promise<void> {
  const { config, jobs, limiter } = deps;
  const turn = await takeTurn(deps, 'purge', turnLasts);
  if (!turn) return;
  let isOurs = true;
  const prolong = async (): Promise<void> => void (isOurs = await turn.prolong().catch(() => false));
  const prolonging = setInterval(() => void prolong(), turnLasts / 3).unref();
  const steps = [
    async () => await purgeSessions(deps),
    async () => await purgeLinks(deps),
    async () => await purgeCeremonies(deps),
    async () => await limiter.purge(),
    async () => await purgeEvents(deps),
    async () => await jobs.purge(days(config.failedJobsKeptDays)),
    async () => await renewKeys(deps),
  ];
  try {
    // One after the other: together they would take as many connections from those who wait for an answer.
    // oxlint-disable-next-line no-await-in-loop
    for (const step of steps) if (isOurs && !ending.aborted) await step();
  } finally {
    clearInterval(prolonging);
  }
}
