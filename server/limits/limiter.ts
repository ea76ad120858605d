import { createHash } from 'node:crypto';

import { networkOf } from '../kernel/ip-address.ts';
import type { Counters } from './counters.ts';

/** The limits as the features ask for them. Each call counts one. Throws the refusal `RATE_LIMITED`. */
export interface Limiter {
  /** Any mutation. */
  change(address: string): Promise<void>;
  registration(address: string): Promise<void>;
  /** A login with a password. It counts as a wrong one until it is said to have been none. */
  logIn(email: string, address: string): Promise<LogInAttempt>;
  /** Removes counts that no decision needs any more. */
  purge(): Promise<void>;
}

export interface LogInAttempt {
  /** The password was right: the account's count begins anew, and the network is known to it. */
  succeeded(): Promise<void>;
  /** The password was never looked at. */
  notTried(): Promise<void>;
}

export function createLimiter(counters: Counters): Limiter {
  return {
    async change(address) {
      await counters.count('changes.address', networkOf(address));
    },

    async registration(address) {
      await counters.count('register.address', networkOf(address));
    },

    async logIn(email, address) {
      const network = networkOf(address);
      const account = accountOf(email);
      counters.refuseBlocked('login.address', network);

      const pair = `${account} ${network}`;
      const isKnown = await counters.isKnown(pair);
      const limit = isKnown ? 'login.knownAccount' : 'login.account';
      const subject = isKnown ? pair : account;
      await counters.count(limit, subject);
      await counters.count('login.address', network).catch(async (refused: unknown) => {
        // Nothing was looked at, so nothing counts: a network that is blocked must not delay an account.
        await counters.takeBack(limit, subject);
        throw refused;
      });

      return {
        async succeeded() {
          await counters.takeBack('login.address', network);
          await counters.reset(limit, subject);
          if (!isKnown) await counters.remember(pair);
        },
        async notTried() {
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

/** For load tests only: lets everything through. */
export const noLimits: Limiter = {
  change: async () => {},
  registration: async () => {},
  logIn: async () => ({ succeeded: async () => {}, notTried: async () => {} }),
  purge: async () => {},
};

/** Accounts are counted whether or not they exist, under a name that is not their address. */
const accountOf = (email: string): string => createHash('sha256').update(email).digest('base64url').slice(0, 22);
