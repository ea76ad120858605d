import type { Config } from './config.ts';
import { openDatabase } from './db/open-database.ts';
import type { Deps } from './deps.ts';
import { purgeSessions } from './features/sessions/service.ts';
import { createBcryptPool } from './hashing/bcrypt-pool.ts';
import { bcryptOnNodesPool, createBcryptHasher } from './hashing/bcrypt-sha256.ts';
import { nodeContext } from './http/node-context.ts';
import type { CreateContext } from './http/node-context.ts';
import { minutes, systemClock } from './kernel/clock.ts';
import { noMetrics } from './kernel/metrics.ts';
import { createCounters } from './limits/counters.ts';
import { createLimiter, noLimits } from './limits/limiter.ts';
import { authRouter } from './router.ts';

/** Everything that a server or a host needs of Latchkey. */
export interface Auth {
  /** Mount it under `auth` in a tRPC router. */
  router: typeof authRouter;
  /** Makes `{ auth }`, which the context of that router must contain. */
  createContext: CreateContext;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Lets go of the database. Nothing may be called afterwards. */
  close(): Promise<void>;
}

/** What a caller may bring of its own: the log always, metrics where somebody asks for them, the clock and the hasher in tests. */
export type Parts = Pick<Deps, 'log'> & Partial<Pick<Deps, 'metrics' | 'clock' | 'hasher'>>;

/**
 * Puts Latchkey together; the only place that does. Opens the database and brings it up to date.
 *
 * @throws Unusable when the database cannot be used as it is
 */
export async function createAuth(config: Config, parts: Parts): Promise<Auth> {
  const { log, metrics = noMetrics } = parts;
  const db = await openDatabase(config.databaseUrl, { poolSize: config.databasePoolSize, log, metrics });
  const clock = parts.clock ?? systemClock;
  const pool = parts.hasher ? undefined : createBcryptPool({ cost: config.bcryptCost, metrics });
  const deps: Deps = {
    db,
    config,
    clock,
    log,
    metrics,
    hasher: parts.hasher ?? createBcryptHasher(config.bcryptCost, pool?.bcrypt ?? bcryptOnNodesPool),
    limiter: config.rateLimits === 'on' ? createLimiter(createCounters({ db, clock, metrics })) : noLimits,
  };
  if (config.rateLimits === 'off')
    deps.log.warn({ event: 'limits.off' }, 'RATE_LIMITS=off: anybody may guess passwords as fast as they can');

  const purge = (): void => {
    Promise.all([purgeSessions(deps), deps.limiter.purge()]).catch((err: unknown) =>
      deps.log.warn({ event: 'purge.failed', err }),
    );
  };
  purge();
  const purging = setInterval(purge, minutes(1)).unref();

  return {
    router: authRouter,
    createContext: nodeContext(deps, config),
    ping: async () => await db.ping(),
    async close() {
      clearInterval(purging);
      await pool?.close();
      await db.close();
    },
  };
}
