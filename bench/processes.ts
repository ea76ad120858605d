import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { startChild } from './children.ts';
import { findCores } from './cores.ts';
import type { Cores } from './cores.ts';
import { pocketBaseBinary, startPocketBase } from './pocketbase.ts';
import { startOnPostgres } from './postgres.ts';
import type { OnPostgres } from './postgres.ts';
import { startBare, startBetterAuth, startExpress, startJose, startLatchkey } from './subjects.ts';
import type { Latchkey, Subject } from './subjects.ts';

/** What is asked for one thing after the other, and how many answers there are a second is counted. */
export type ReadName =
  | 'http'
  | 'jose'
  | 'noop'
  | 'fastify'
  | 'nobody'
  | 'me'
  | 'adapter'
  | 'betterAuth'
  | 'betterAuthCached'
  | 'express'
  | 'pocketBase'
  | 'postgres'
  | 'postgresBetterAuth';

/** What a run needs: who asks, what is asked for, and who only hashes. */
export interface Stand {
  /** The client that measures. */
  probe: ChildProcess;
  /** The client that only makes noise; one of its own, so that it does not hold the other up. */
  flood: ChildProcess;
  ceiling: ChildProcess;
  cores: Cores | undefined;
  latchkey: Latchkey;
  reads: Partial<Record<ReadName, Subject>>;
  logins: Record<'betterAuthLogins' | 'expressLogins', Subject>;
  /** An empty folder of a server that is started again and again. */
  startFolder: string;
  postgres: OnPostgres | undefined;
  /** What is left out of this run, and why. */
  missing: string[];
}

/** @param folder where the databases are made */
export async function startProcesses(folder: string): Promise<Stand> {
  const folders = ['sqlite', 'adapter', 'postgres', 'start'].map((name) => join(folder, name));
  const [sqlite = '', adapter = '', ofPostgres = '', startFolder = ''] = folders;
  for (const path of folders) mkdirSync(path);
  const missing: string[] = [];

  const latchkey = await startLatchkey(sqlite);
  const throughAdapter = await startLatchkey(adapter, { QUICK_TRPC: 'off' });
  const betterAuth = await startBetterAuth(join(folder, 'better-auth.db'));
  const cached = await startBetterAuth(join(folder, 'better-auth-cached.db'), true);
  const express = await startExpress(join(folder, 'express.db'));
  const postgres = await startOnPostgres(ofPostgres).catch((error: unknown) => {
    missing.push(`PostgreSQL, which did not start: ${String(error)}`);
    return undefined;
  });
  if (!pocketBaseBinary) missing.push('PocketBase, because POCKETBASE_BIN names no binary of it');

  const reads: Partial<Record<ReadName, Subject>> = {
    http: await startBare('bare-http'),
    jose: await startJose(),
    noop: await startBare('bare-trpc'),
    fastify: await startBare('trpc-fastify'),
    nobody: latchkey.nobody,
    me: latchkey.me,
    adapter: throughAdapter.me,
    betterAuth: betterAuth.me,
    betterAuthCached: cached.me,
    express: express.me,
    ...(pocketBaseBinary && { pocketBase: await startPocketBase(pocketBaseBinary, folder) }),
    ...(postgres && { postgres: postgres.latchkey.me, postgresBetterAuth: postgres.betterAuth.me }),
  };
  return {
    ...startClients(),
    ceiling: startChild('./bcrypt-ceiling.ts'),
    latchkey,
    reads,
    logins: { betterAuthLogins: betterAuth.login, expressLogins: express.login },
    startFolder,
    postgres,
    missing,
  };
}

/** Who asks, and where. */
export const startClients = (): Pick<Stand, 'probe' | 'flood' | 'cores'> => ({
  probe: startChild('./load-client.ts'),
  flood: startChild('./load-client.ts'),
  cores: findCores(),
});
