import { hours, minutes, seconds } from '../kernel/clock.ts';

/** So many in a window of time; after the last of them nothing more until the window is over. */
export interface WindowLimit {
  kind: 'window';
  counts: string;
  most: number;
  window: number;
  reason: string;
}

/** So many at once; each further one only after a delay that grows. */
export interface GrowingDelay {
  kind: 'growingDelay';
  counts: string;
  free: number;
  /** Waiting times after the last free one, in milliseconds; the last of them stays. */
  delays: readonly number[];
  /** Counting begins anew after this long without another one. */
  memory: number;
  reason: string;
}

export type Limit = WindowLimit | GrowingDelay;

const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map(seconds);

/** Every limit of the product, durations in milliseconds. docs/limits.md is printed from it. */
export const limits = {
  'changes.address': {
    kind: 'window',
    counts: 'calls of any mutation, of one network',
    most: 100,
    window: minutes(1),
    reason: 'Nobody clicks faster; a script that tries everything is slowed as a whole.',
  },
  'register.address': {
    kind: 'window',
    counts: 'registrations, of one network',
    most: 10,
    window: hours(1),
    reason: 'Each one costs a hash and a row, and tells whether an address has an account.',
  },
  'login.address': {
    kind: 'window',
    counts: 'wrong logins of one network, and those under way',
    most: 10,
    window: minutes(10),
    reason: 'One password tried on many accounts comes from few networks (Copenhagen Book: 10 in 10 minutes).',
  },
  'login.account': {
    kind: 'growingDelay',
    counts: 'wrong logins to one account, and those under way, from networks that never signed in to it',
    free: 5,
    delays: [...doubling, minutes(15)],
    memory: hours(24),
    reason:
      'Many networks guessing at one account get about 100 guesses a day. A delay that grows and no lock, as NIST 800-63B-4 §3.2.2 has it.',
  },
  'login.knownAccount': {
    kind: 'growingDelay',
    counts:
      'wrong logins to one account, and those under way, from one network that has signed in to it in the last 30 days',
    free: 5,
    delays: [...doubling, minutes(15)],
    memory: hours(24),
    reason: "Counted apart, so that strangers' guesses do not delay the owner at home.",
  },
  'factor.account': {
    kind: 'growingDelay',
    counts: 'wrong second factors of one account, from networks that never showed one of it',
    free: 5,
    delays: [minutes(15)],
    memory: hours(24),
    reason:
      'A code has six digits, of which three are right at a time: 100 guesses a day find one in ten years. A hundred wrong ones of an app in a row are the end of it (NIST 800-63B-4 §3.2.2).',
  },
  'factor.knownAccount': {
    kind: 'growingDelay',
    counts: 'wrong second factors of one account, from one network that has shown one of it in the last 30 days',
    free: 5,
    delays: [minutes(15)],
    memory: hours(24),
    reason: 'Counted apart, so that whoever has stolen the password does not delay the owner at home.',
  },
  'mail.address': {
    kind: 'window',
    counts: 'mails with a link that were asked for, of one network',
    most: 20,
    window: hours(1),
    reason: 'Each one is a mail to somebody, who need not have asked for it.',
  },
  'mail.pause': {
    kind: 'window',
    counts: 'mails with a link of one kind that were asked for, to one address, one after the other',
    most: 1,
    window: minutes(1),
    reason: 'Time for the mail to arrive, before the next one makes its link useless.',
  },
  'mail.account': {
    kind: 'window',
    counts: 'mails with a link of one kind that were asked for, to one address',
    most: 5,
    window: hours(1),
    reason: "Nobody floods the mailbox of somebody else, nor uses up its owner's links of another kind.",
  },
  'reminder.account': {
    kind: 'window',
    counts: 'mails to one address after a login with the right password, where it has to be confirmed first',
    most: 1,
    window: hours(1),
    reason: 'Counted apart, and refused in silence: whatever else counted it would tell who has made the account.',
  },
  'notice.account': {
    kind: 'window',
    counts: 'mails that tell an owner of sign-ins, to one address',
    most: 5,
    window: hours(1),
    reason:
      'Whoever has registered the address of somebody else could flood their mailbox by what they do. Refused in silence.',
  },
  'notice.change': {
    kind: 'window',
    counts:
      'mails of one kind that tell an owner of a new password, of their second factors or of wrong codes, to one address; of all kinds where it is not proved',
    most: 5,
    window: hours(1),
    reason:
      'Counted apart, so that whoever has stolen a password cannot use up the mails by signing in before they add a factor of their own. Refused in silence.',
  },
  'link.address': {
    kind: 'window',
    counts: 'uses of a link from a mail, right or wrong, of one network',
    most: 20,
    window: minutes(10),
    reason: 'A token cannot be guessed; this bounds what the trying costs, a hash where the token is good.',
  },
  'export.account': {
    kind: 'window',
    counts: 'exports of all that is stored of one account',
    most: 10,
    window: hours(1),
    reason: 'Each one reads thousands of rows and is the largest of all answers; nobody needs it often.',
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;
