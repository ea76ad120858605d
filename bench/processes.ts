import type { ChildProcess } from 'node:child_process';

import { environment } from '../server/environment.ts';
import { portOf, startChild } from './children.ts';
import { get, logIn, register } from './requests.ts';
import type { Request } from './requests.ts';

/** What a run needs: who asks, what is asked for, and who only hashes. */
export interface Stand {
  /** The client that measures. */
  probe: ChildProcess;
  /** The client that only makes noise; one of its own, so that it does not hold the other up. */
  flood: ChildProcess;
  ceiling: ChildProcess;
  requests: Record<'me' | 'nobody' | 'noop' | 'http' | 'login' | 'wrongLogin', Request>;
}

/** @param folder where the database is made */
export async function startProcesses(folder: string): Promise<Stand> {
  const [latchkey, trpc, http] = await Promise.all([
    portOf(startLatchkey(folder)),
    portOf(startChild('./servers/bare-trpc.ts')),
    portOf(startChild('./servers/bare-http.ts')),
  ]);
  const token = await register(latchkey);
  return {
    probe: startChild('./load-client.ts'),
    flood: startChild('./load-client.ts'),
    ceiling: startChild('./bcrypt-ceiling.ts'),
    requests: {
      me: get(latchkey, '/trpc/auth.me', token),
      nobody: get(latchkey, '/trpc/auth.me'),
      noop: get(trpc, '/trpc/host.noop'),
      http: get(http, '/'),
      login: logIn(latchkey, true),
      wrongLogin: logIn(latchkey, false),
    },
  };
}

/** The server as it is started by `npm start`, with its defaults: no setting of this shell or of a `.env` counts. */
function startLatchkey(folder: string): ChildProcess {
  const settings = new Set(Object.keys(environment.shape));
  const inherited = Object.entries(process.env).filter(([name]) => !settings.has(name.toUpperCase()));
  return startChild('../cli/latchkey.ts', {
    args: ['serve'],
    cwd: folder,
    env: { ...Object.fromEntries(inherited), PORT: '0', DATABASE_URL: 'file:./bench.db', RATE_LIMITS: 'off' },
    imports: ['../server/preload.mjs'],
  });
}
