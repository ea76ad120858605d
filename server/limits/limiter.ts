import { createHash } from 'node:crypto';

import { networkOf } from '../kernel/ip-address.ts';
import { Refusal } from '../kernel/refusal.ts';
import { generalRefusals } from '../kernel/refusals.ts';
import type { Counters } from './counters.ts';

/** The limits as the features ask for them. Each call counts one. Throws the refusal `RATE_LIMITED`. */
export interface Limiter {
  /** Any mutation. */
  change(address: string): Promise<void>;
  registration(email: string, address: string): Promise<Attempt>;
  /** A login with a password. It counts as a wrong one until it is said to have been none. */
  logIn(email: string, address: string): Promise<Attempt>;
  /** Removes counts that no decision needs any more. */
  purge(): Promise<void>;
}

/** Something that was counted before it was tried. One of these is called once it is over. */
export interface Attempt {
  /** It was right: the network is known to the account from now on, and a login counts for nothing. */
  succeeded(): Promise<void>;
  /** It was wrong. */
  failed(): void;
  /** It was never looked at, and counts for nothing. */
  notTried(): Promise<void>;
}

export function createLimiter(counters: Counters): Limiter {
  const underWay = createUnderWay();

  return {
    async change(address) {
      await counters.count('changes.address', networkOf(address));
    },

    async registration(email, address) {
      const network = networkOf(address);
      await counters.count('register.address', network);
      return {
        succeeded: async () => await counters.remember(`${accountOf(email)} ${network}`),
        failed: () => {},
        notTried: async () => await counters.takeBack('register.address', network),
      };
    },

    async logIn(email, address) {
      const network = networkOf(address);
      const account = accountOf(email);
      const pair = `${account} ${network}`;

      const over = await underWay(network, account, async () => {
        counters.refuseBlocked('login.address', network);
        const limit = (await counters.isKnown(pair)) ? 'login.knownAccount' : 'login.account';
        const subject = limit === 'login.account' ? account : pair;
        await counters.count(limit, subject);
        try {
          await counters.count('login.address', network);
        } catch (refused) {
          // Nothing was looked at, so nothing counts: a network that is blocked must not delay an account.
          await counters.takeBack(limit, subject);
          throw refused;
        }
        return { limit, subject } as const;
      });

      return {
        async succeeded() {
          const { limit, subject } = over();
          await counters.takeBack('login.address', network);
          await counters.reset(limit, subject);
          await counters.remember(pair);
        },
        failed: () => void over(),
        async notTried() {
          const { limit, subject } = over();
          await counters.takeBack('login.address', network);
          await counters.takeBack(limit, subject);
        },
      };
    },

    async purge() {
      await counters.purge();
    },
  };
}

/**
 * Attempts under way count as wrong ones until they are over, or many at once would get past the
 * limit. Who is refused while others were under way is told to come back soon, not after the whole block.
 */
function createUnderWay() {
  const attempts = new Map<string, { active: number; begun: number }>();

  function begin(key: string): { end(): void; hadCompany(): boolean } {
    const all = attempts.get(key) ?? { active: 0, begun: 0 };
    attempts.set(key, all);
    const wasAlone = all.active === 0;
    all.active += 1;
    all.begun += 1;
    const { begun } = all;
    return {
      hadCompany: () => !wasAlone || all.begun > begun,
      end() {
        all.active -= 1;
        if (all.active === 0) attempts.delete(key);
      },
    };
  }

  return async <Counted>(network: string, account: string, count: () => Promise<Counted>): Promise<() => Counted> => {
    const own = [begin(`network ${network}`), begin(`account ${account}`)];
    const end = (): void => own.splice(0).forEach((one) => one.end());
    try {
      const counted = await count();
      return () => {
        end();
        return counted;
      };
    } catch (error) {
      const hadCompany = own.some((one) => one.hadCompany());
      end();
      if (!(error instanceof Refusal) || !hadCompany) throw error;
      throw new Refusal(generalRefusals, 'RATE_LIMITED', { retryAfterSeconds: Math.min(2, error.retryAfterSeconds) });
    }
  };
}

const nothing: Attempt = { succeeded: async () => {}, failed: () => {}, notTried: async () => {} };

/** For load tests only: lets everything through. */
export const noLimits: Limiter = {
  change: async () => {},
  registration: async () => nothing,
  logIn: async () => nothing,
  purge: async () => {},
};

/** Accounts are counted whether or not they exist, under a name that is not their address. */
const accountOf = (email: string): string => createHash('sha256').update(email).digest('base64url').slice(0, 22);
