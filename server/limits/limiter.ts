import { hash } from 'node:crypto';

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
  logIn(email: string, address: string): Promise<LogInAttempt>;
  /** A second factor, after the password. The same, counted apart. */
  factor(email: string, address: string): Promise<LogInAttempt>;
  /** A passkey in the place of a password: a wrong one counts as a wrong login of its network. */
  passkey(address: string): Promise<Attempt>;
  /** A mail with a link that somebody asks for, whether or not its address has an account. */
  mail(kind: MailKind, email: string, address: string): Promise<void>;
  /** The same, where whoever may have no more of them must not notice: resolves to whether it may be sent. */
  mailInSilence(kind: MailKind, email: string, address: string): Promise<boolean>;
  /** Whether an address may be sent its link once more after a login. It counts nowhere else, or somebody could tell that it was. */
  reminder(email: string): Promise<boolean>;
  /** Whether one more mail may tell the owner of an address of a sign-in. */
  notice(email: string): Promise<boolean>;
  /** The same of a change of how they sign in, counted for each kind of change. */
  changeNotice(kind: string, email: string): Promise<boolean>;
  /** The use of such a link. */
  link(address: string): Promise<void>;
  /** All that is stored of an account. */
  export(email: string): Promise<void>;
  /**
   * Which networks have signed in to an account, but for one: when it is deleted, or has another password or
   * address. What was counted against strangers' guesses stays for its time.
   */
  forget(email: string, kept?: { address?: string }): Promise<void>;
  /** Removes counts that no decision needs any more. */
  purge(): Promise<void>;
}

/** Each has a count of its own for an address, so that asking for one keeps nobody from another. */
export type MailKind = 'passwordReset' | 'emailVerification' | 'emailChange' | 'registration';

/** Something that was counted before it was tried. One of these is called once it is over. */
export interface Attempt {
  /** It was right: the network is known to the account from now on, and a login counts for nothing. */
  succeeded(): Promise<void>;
  /** It was wrong. */
  failed(): Promise<void>;
  /** It was never looked at, and counts for nothing. */
  notTried(): Promise<void>;
}

export interface LogInAttempt extends Attempt {
  /** How many were wrong since the last one that was right, from wherever. Forgotten a day after the last of them. */
  failuresBefore: number;
}

export function createLimiter(counters: Counters): Limiter {
  const underWay = createUnderWay();

  async function mail(kind: MailKind, email: string, address: string): Promise<void> {
    const subject = `${kind} ${accountOf(email)}`;
    await counters.count('mail.address', networkOf(address));
    await counters.count('mail.pause', subject);
    try {
      await counters.count('mail.account', subject);
    } catch (refused) {
      // Or the next one would be told to come back after the pause, in vain.
      await counters.takeBack('mail.pause', subject);
      throw refused;
    }
  }

  async function guess(what: 'login' | 'factor', email: string, address: string): Promise<LogInAttempt> {
    const network = networkOf(address);
    const account = accountOf(email);
    const pairs = pairsOf(account, network);
    const pair = pairs[what];

    let failuresBefore = 0;
    const over = await underWay(network, account, async () => {
      counters.refuseBlocked('login.address', network);
      const { isKnown, failures } = await counters.lookUp({ pair, account });
      failuresBefore = failures;
      const limit = isKnown ? (`${what}.knownAccount` as const) : (`${what}.account` as const);
      const subject = isKnown ? pair : account;
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
      failuresBefore,
      async succeeded() {
        const { limit, subject } = over();
        if (failuresBefore > 0) await counters.forgetFailures(account);
        await counters.takeBack('login.address', network);
        await counters.reset(limit, subject);
        await counters.remember(pair);
        // Of a sign-in in two steps the first alone makes no network known.
        if (what === 'factor') await counters.remember(pairs.login);
      },
      async failed() {
        over();
        await counters.noteFailure(account);
      },
      async notTried() {
        const { limit, subject } = over();
        await counters.takeBack('login.address', network);
        await counters.takeBack(limit, subject);
      },
    };
  }

  return {
    async change(address) {
      await counters.count('changes.address', networkOf(address));
    },

    async registration(email, address) {
      const network = networkOf(address);
      await counters.count('register.address', network);
      return {
        succeeded: async () => await counters.remember(`${accountOf(email)} ${network}`),
        failed: async () => {},
        notTried: async () => await counters.takeBack('register.address', network),
      };
    },

    logIn: async (...of) => await guess('login', ...of),
    factor: async (...of) => await guess('factor', ...of),

    async passkey(address) {
      const network = networkOf(address);
      await counters.count('login.address', network);
      const takeBack = async (): Promise<void> => await counters.takeBack('login.address', network);
      return { succeeded: takeBack, failed: async () => {}, notTried: takeBack };
    },

    mail,
    mailInSilence: async (...about) => await isLetThrough(mail(...about)),
    reminder: async (email) => await isLetThrough(counters.count('reminder.account', accountOf(email))),
    notice: async (email) => await isLetThrough(counters.count('notice.account', accountOf(email))),
    changeNotice: async (kind, email) =>
      await isLetThrough(counters.count('notice.change', `${kind} ${accountOf(email)}`)),

    async link(address) {
      await counters.count('link.address', networkOf(address));
    },

    async export(email) {
      await counters.count('export.account', accountOf(email));
    },

    async forget(email, { address } = {}) {
      const account = accountOf(email);
      const except = address === undefined ? [] : Object.values(pairsOf(account, networkOf(address)));
      await counters.forgetNetworks(account, { except });
    },

    async purge() {
      await counters.purge();
    },
  };
}

/** For limits that are kept without anybody being refused. */
async function isLetThrough(counting: Promise<void>): Promise<boolean> {
  try {
    await counting;
    return true;
  } catch (error) {
    if (isRateLimited(error)) return false;
    throw error;
  }
}

const isRateLimited = (error: unknown): error is Refusal =>
  error instanceof Refusal && error.refusal.reason === 'RATE_LIMITED';

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
      if (!isRateLimited(error) || !hadCompany) throw error;
      throw new Refusal(generalRefusals, 'RATE_LIMITED', { retryAfterSeconds: Math.min(2, error.retryAfterSeconds) });
    }
  };
}

const nothing: LogInAttempt = {
  failuresBefore: 0,
  succeeded: async () => {},
  failed: async () => {},
  notTried: async () => {},
};

/** For load tests only: lets everything through. */
export const noLimits: Limiter = {
  change: async () => {},
  registration: async () => nothing,
  logIn: async () => nothing,
  factor: async () => nothing,
  passkey: async () => nothing,
  mail: async () => {},
  mailInSilence: async () => true,
  reminder: async () => true,
  notice: async () => true,
  changeNotice: async () => true,
  link: async () => {},
  export: async () => {},
  forget: async () => {},
  purge: async () => {},
};

/** Accounts are counted whether or not they exist, under a name that is not their address. */
const accountOf = (email: string): string => hash('sha256', email, 'base64url').slice(0, 22);

/** What the password has made known is not known to the factor: whoever has stolen it may have come from anywhere. */
const pairsOf = (account: string, network: string) => ({
  login: `${account} ${network}`,
  factor: `${account} factor ${network}`,
});
