import { pagesOf } from '../../server/auth-parts.ts';
import { readConfig } from '../../server/config.ts';
import type { Database } from '../../server/db/database.ts';
import { printable } from '../../server/db/old-server-file.ts';
import type { Deps } from '../../server/deps.ts';
import type { ManagedUser, Users } from '../../server/features/users/contract.ts';
import { createUsers } from '../../server/features/users/service.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { createJobs } from '../../server/jobs/jobs.ts';
import { systemClock } from '../../server/kernel/clock.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { noMetrics } from '../../server/kernel/metrics.ts';
import { isLoopback } from '../../server/kernel/origin.ts';
import { createCounters } from '../../server/limits/counters.ts';
import { createLimiter } from '../../server/limits/limiter.ts';
import { NotDone } from '../command.ts';
import type { ExitCode } from '../command.ts';
import type { Io } from '../io.ts';
import { openOwn } from '../open-own.ts';

/** What a command about accounts works with. */
export interface Desk {
  users: Users;
  db: Database;
  /** @throws NotDone where nobody has this address or id */
  named: (who: string) => Promise<ManagedUser>;
}

/** Opens the database of DATABASE_URL for a moment, beside servers that may be running. What has to follow is left to them. */
export async function withUsers(io: Io, work: (desk: Desk) => Promise<ExitCode>): Promise<ExitCode> {
  const config = readConfig(io.settings());
  await using opened = new AsyncDisposableStack();
  const db = opened.adopt(await openOwn(config, io), async (one) => await one.close());
  const log = createLogger('warn', { write: (line: string) => io.note(line.trimEnd()) });
  const base = { db, clock: systemClock, log, metrics: noMetrics };
  const jobs = createJobs(base);
  // They are stored where a server of this configuration would do them, and never started here.
  if (config.smtpUrl !== undefined || isLoopback(config.publicUrl)) jobs.on('notice', leftToServers);
  const breached = opened.adopt(await openBreached(config), async (one) => await one?.close());
  const users = createUsers({
    ...base,
    jobs,
    breached,
    config: { ...config, pages: pagesOf(config.appUrl, {}) },
    hasher: createBcryptHasher(config.bcryptCost, bcryptOnNodesPool),
    limiter: createLimiter(createCounters(base)),
  });
  return await work({ users, db, named: async (who) => await named(users, who) });
}

async function named(users: Users, who: string): Promise<ManagedUser> {
  const found = await users.find(who.includes('@') ? { email: who } : { id: who });
  if (!found)
    throw new NotDone(`There is no user ${printable(who)}. They are named by their e-mail address or their id.`);
  return found;
}

const leftToServers = async (): Promise<never> => await Promise.reject(new Error('Jobs are the work of servers'));

/** Loaded only where there is a list: with it comes all that a server has. */
async function openBreached(config: ReturnType<typeof readConfig>): Promise<Deps['breached']> {
  if (config.breachedPasswords === undefined) return undefined;
  return await (await import('../../server/create-auth.ts')).openBreached(config);
}
