import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from '../postgres-cluster.ts';
import { launch, startServer } from './server-process.ts';
import type { ServerOptions, ServerProcess } from './server-process.ts';

/** What is killed in a campaign. */
export interface Target extends AsyncDisposable {
  name: string;
  databaseUrl: string;
  /** Of the server as it runs now. */
  url: () => string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Starts it and kills it this long afterwards, ready or not. */
  killAtStart(milliseconds: number): Promise<void>;
}

/** The server's process is killed; the database, where it is another process, lives on. */
export function serverTarget(name: string, options: ServerOptions): Target {
  let server: ServerProcess | undefined;
  return {
    name,
    databaseUrl: options.databaseUrl,
    url: () => server?.url ?? '',
    start: async () => void (server = await startServer(options)),
    kill: async () => await server?.kill(),
    async killAtStart(milliseconds) {
      const { kill } = launch(options);
      await sleep(milliseconds);
      await kill();
    },
    [Symbol.asyncDispose]: async () => await server?.kill(),
  };
}

/** PostgreSQL is killed with all its processes; the server lives on, one and the same. */
export function postgresTarget(name: string, cluster: Cluster, options: ServerOptions): Target {
  let server: ServerProcess | undefined;
  return {
    name,
    databaseUrl: options.databaseUrl,
    url: () => server?.url ?? '',
    async start() {
      await cluster.start();
      server ??= await startServer(options);
      if (!server.isAlive()) throw new Error(`The server did not outlive PostgreSQL:\n${server.printed()}`);
    },
    kill: async () => await cluster.kill(),
    async killAtStart() {
      // The server needs it at its own start only, and that is another test.
    },
    [Symbol.asyncDispose]: async () => await server?.kill(),
  };
}
