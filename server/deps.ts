import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { Page } from './features/links/contract.ts';
import type { Hasher } from './hashing/hasher.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Clock } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';
import type { Metrics } from './kernel/metrics.ts';
import type { SealedBox } from './kernel/sealed-box.ts';
import type { Secret } from './kernel/token.ts';
import type { Limiter } from './limits/limiter.ts';
import type { Hub } from './live/hub.ts';
import type { Mails } from './mail/mails.ts';
import type { BreachedPasswords } from './passwords/breached.ts';

/** What lives as long as the process. Services name the few that they need. */
export interface Deps {
  db: Database;
  clock: Clock;
  hasher: Hasher;
  limiter: Limiter;
  jobs: Jobs;
  live: Hub;
  /** `undefined` where no list of breached passwords is set. */
  breached: BreachedPasswords | undefined;
  /** `undefined` where nobody sends mail. */
  mails: Mails | undefined;
  /** `undefined` where there are no ENCRYPTION_KEYS. */
  sealedBox: SealedBox | undefined;
  log: Logger;
  metrics: Metrics;
  config: Pick<
    Config,
    | 'publicUrl'
    | 'appUrl'
    | 'corsOrigins'
    | 'registration'
    | 'requireVerifiedEmail'
    | 'requireSecondFactor'
    | 'passwordMinLength'
    | 'tokenAudience'
    | 'tokenLifetimeSeconds'
    | 'sessionLifetimeSeconds'
    | 'sessionIdleSeconds'
    | 'verifiedForSeconds'
    | 'eventsKeptDays'
    | 'failedJobsKeptDays'
  > & {
    /** Where the links in mails lead, whole addresses without a `#`. */
    pages: Record<Page, string>;
  };
}

/** The proof of a session that came with a request, read but not yet checked. */
export type Credential = { kind: 'none' } | { kind: 'unusable' } | { kind: 'token'; token: Secret; isCookie: boolean };

/** What one request says about itself, independent of the protocol that carried it. */
export interface RequestFacts {
  /** Stands in the answer and in the log. */
  requestId: string;
  /** IP address of the client, or `unknown`. */
  address: string;
  /** What stands in `User-Agent`, cut to a length that is bounded. */
  userAgent: string;
  /** The languages of `Accept-Language`, the one that is liked best first, such as `de` or `fr,de`; `null` where it names none. */
  locale: string | null;
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
  /** Whether its head announces no body. */
  saysNoBody: boolean;
}

/** What a procedure can do to the answer besides returning a value. */
export interface Reply {
  setSessionCookie(token: Secret): void;
  clearSessionCookie(): void;
  /** Keeps the answer out of every cache, unless the host has said something else (ASVS 14.2.2). */
  keepPrivate(): void;
}

/** One call of a procedure: the parts of the process it needs, and the request it answers. */
export interface Call<Needs extends keyof Deps> {
  deps: Pick<Deps, Needs>;
  request: RequestFacts;
  reply: Reply;
}
