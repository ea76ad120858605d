import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { Hasher } from './hashing/hasher.ts';
import type { Clock } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';
import type { Metrics } from './kernel/metrics.ts';
import type { Secret } from './kernel/token.ts';
import type { Limiter } from './limits/limiter.ts';

/** What lives as long as the process. Services name the few that they need. */
export interface Deps {
  db: Database;
  clock: Clock;
  hasher: Hasher;
  limiter: Limiter;
  log: Logger;
  metrics: Metrics;
  config: Pick<
    Config,
    'publicUrl' | 'appUrl' | 'registration' | 'passwordMinLength' | 'sessionLifetimeSeconds' | 'sessionIdleSeconds'
  >;
}

/** The proof of a session that came with a request, read but not yet checked. */
export type Credential = { kind: 'none' } | { kind: 'unusable' } | { kind: 'token'; token: Secret };

/** What one request says about itself, independent of the protocol that carried it. */
export interface RequestFacts {
  /** Stands in the answer and in the log. */
  requestId: string;
  /** IP address of the client, or `unknown`. */
  address: string;
  credential: Credential;
  /** Every token in the request, also beside the one that counts. */
  presentedTokens: Secret[];
  /** Whether its origin may call what changes something. */
  mayChange: boolean;
  /** Whether a cookie on its answer would be set, and kept. */
  keepsCookies: boolean;
  /** Whether a page on our own site is asking, by `Sec-Fetch-Site`. */
  isOwnPage: boolean;
  /** Whether the answer's head has been sent before the procedure runs, so that no cookie can be set. */
  isStreamed: boolean;
}

/** What a procedure can do to the answer besides returning a value. */
export interface Reply {
  setSessionCookie(token: Secret): void;
  clearSessionCookie(): void;
}

/** One call of a procedure: the parts of the process it needs, and the request it answers. */
export interface Call<Needs extends keyof Deps> {
  deps: Pick<Deps, Needs>;
  request: RequestFacts;
  reply: Reply;
}
