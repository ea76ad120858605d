import { fewCodes } from './letters.ts';
import type { FactorChange, Letter, Letters, Where, Whence } from './letters.ts';

const hello = 'Hello,';
const needNothing = 'If it was you, you need not do anything.';
const oneHour = 'The link works once, for one hour. If you get several, only the newest works.';
const oneDay = 'The link works once, for one day. If you get several, only the newest works.';
const askForPassword = (host: string): string =>
  `If it was not you, go to ${host} at once and ask for a new password. Once it is set, everybody is signed out.`;

export const english: Letters = {
  passwordReset: ({ url }, { host }) => ({
    subject: `A new password for ${host}`,
    before: [
      hello,
      `Somebody has asked for a new password for your account at ${host}. If it was you, choose it here.`,
    ],
    action: { label: 'Choose a new password', url },
    after: [
      `${oneHour} Whoever has it can set your password, so give it to nobody.`,
      'If it was not you, you need not do anything: without this link nobody sets one.',
    ],
  }),
  emailVerification: ({ url }, { host }) => ({
    subject: `Confirm your e-mail address for ${host}`,
    before: [hello, `This address was given for an account at ${host}. If it was you, confirm that it is yours.`],
    action: { label: 'Confirm this address', url },
    after: [
      oneDay,
      'If it was not you, do not follow the link. Most likely somebody has mistyped an address of their own.',
    ],
  }),
  emailTaken: ({ url }, { host }) => ({
    subject: `You already have an account at ${host}`,
    before: [
      hello,
      `Somebody has just tried to use this address for an account at ${host}. It has one already, and nothing was changed.`,
      'If it was you, sign in as always. If you have forgotten your password, choose a new one here.',
    ],
    action: { label: 'Choose a new password', url },
    after: [oneHour, 'If it was not you, you need not do anything: your account stays as it is.'],
  }),
  emailChange: ({ url }, { host }) => ({
    subject: `Confirm your new e-mail address for ${host}`,
    before: [hello, `This address is to become that of an account at ${host}. If it was you who asked, confirm it.`],
    action: { label: 'Use this address', url },
    after: [
      `${oneDay} Until you follow it, the account keeps the address that it has.`,
      'If it was not you, do not follow the link: nothing changes without it.',
    ],
  }),
  emailChanged: ({ url }, { host }) => (url === null ? changedUnproved(host) : changed(url, host)),
  passwordChanged: ({ at }, { host }) => ({
    subject: `Your password for ${host} was changed`,
    before: [hello, `The password of your account at ${host} was changed on ${inWords(at)}.`, needNothing],
    after: [askForPassword(host)],
  }),
  newSignIn: (whence, { host }) => ({
    subject: `A new sign-in to ${host}`,
    before: [
      hello,
      `Somebody has signed in to your account at ${host} with a device that is new to us:`,
      described(whence),
      needNothing,
    ],
    after: [askForPassword(host)],
  }),
  signInAfterFailures: ({ failures, ...whence }, { host }) => ({
    subject: `A sign-in to ${host} after wrong passwords`,
    before: [
      hello,
      `Somebody has signed in to your account at ${host}, after ${failures === 1 ? 'one attempt' : `${failures} attempts`} with a wrong password:`,
      described(whence),
      needNothing,
    ],
    after: [askForPassword(host)],
  }),
  factorChanged: ({ change, ...where }, { host }) => {
    const { subject, text, advice } = factorChanges[change];
    return {
      subject: subject(host),
      before: [hello, `${text(host)} It was ${since(where)}.`, change === 'factorsRemoved' ? askedFor : needNothing],
      after: [advice(host)],
    };
  },
  recoveryCodeUsed: ({ left, ...where }, { host }) => ({
    subject: `A recovery code for ${host} was used`,
    before: [
      hello,
      `A recovery code of your account at ${host} was used in the place of the authenticator app or a passkey. It was ${since(where)}.`,
      `That code does not work any more. ${leftInWords(left)}`,
      needNothing,
    ],
    after: [
      `${askForPassword(host)} Then sign in, and make new recovery codes: the old ones are of no use after that.`,
    ],
  }),
  factorRefused: (where, { host }) => ({
    subject: `Wrong codes after the right password for ${host}`,
    before: [
      hello,
      `Somebody has given the right password of your account at ${host}, and then several wrong codes of the authenticator app, one after the other. The last of them was ${since(where)}.`,
      'If it was you, look whether the clock of your phone is right. You need not do anything else.',
    ],
    after: [
      `If it was not you, somebody else knows your password. Only the app has kept them out. Choose another password at ${host}, one that you use nowhere else.`,
    ],
  }),
};

interface Change {
  subject: (host: string) => string;
  text: (host: string) => string;
  advice: (host: string) => string;
}

const thenRemove = (host: string): string =>
  `${askForPassword(host)} A new password does not remove what was added: if you cannot sign in after that, ask those who run ${host} to remove it.`;
const thenAdd = (host: string): string => `${askForPassword(host)} Then sign in and set up what is missing.`;

const factorChanges: Record<FactorChange, Change> = {
  totpEnabled: {
    subject: (host) => `An authenticator app was added at ${host}`,
    text: (host) => `Your account at ${host} has an authenticator app now, and a login asks for its codes.`,
    advice: thenRemove,
  },
  totpReplaced: {
    subject: (host) => `The authenticator app was replaced at ${host}`,
    text: (host) =>
      `Your account at ${host} has another authenticator app now. The one before is of no use any more, and the recovery codes are the same.`,
    advice: thenRemove,
  },
  totpDisabled: {
    subject: (host) => `The authenticator app was removed at ${host}`,
    text: (host) => `Your account at ${host} has no authenticator app any more, and a login asks for no code of it.`,
    advice: thenAdd,
  },
  passkeyAdded: {
    subject: (host) => `A passkey was added at ${host}`,
    text: (host) => `Your account at ${host} has another passkey now. Whoever holds it can sign in.`,
    advice: thenRemove,
  },
  passkeyRemoved: {
    subject: (host) => `A passkey was removed at ${host}`,
    text: (host) => `A passkey of your account at ${host} was removed, and signs nobody in any more.`,
    advice: thenAdd,
  },
  recoveryCodesReplaced: {
    subject: (host) => `New recovery codes were made at ${host}`,
    text: (host) => `New recovery codes were made for your account at ${host}. Those from before do not work any more.`,
    advice: (host) => `${askForPassword(host)} Then sign in, and make new recovery codes once more.`,
  },
  factorsRemoved: {
    subject: (host) => `Your second factors at ${host} were removed`,
    text: (host) =>
      `Those who run ${host} have removed every second factor of your account: authenticator app, passkeys and recovery codes. Everybody was signed out, and the password is enough until you set up another one.`,
    advice: (host) =>
      `If you did not, somebody else may have asked in your name: tell those who run ${host} at once, and choose another password.`,
  },
};

const askedFor = 'If you have asked for this, sign in and set up a new one.';

function leftInWords(left: number): string {
  if (left > fewCodes) return `${left} are left.`;
  const count = left === 0 ? 'None is left' : left === 1 ? 'One is left' : `Only ${left} are left`;
  return `${count}: make new ones soon, or a lost phone keeps you out.`;
}

const changed = (url: string, host: string): Letter => ({
  subject: `Your e-mail address for ${host} was changed`,
  before: [
    hello,
    `Your account at ${host} has another e-mail address now, and its mails no longer come here.`,
    `${needNothing} If it was not you, take your account back here.`,
  ],
  action: { label: 'Bring this address back', url },
  after: [
    'The link works once, for three days. It makes this address that of your account again and signs everybody out. Another mail then brings a link for a new password.',
  ],
});

/** Perhaps a stranger reads it, so it says nothing of the account and gives nobody a way into it. */
const changedUnproved = (host: string): Letter => ({
  subject: `An e-mail address for ${host} was changed`,
  before: [
    hello,
    `An account at ${host} had this address, which was never confirmed. It has another one now, and its mails no longer come here.`,
    needNothing,
  ],
  after: [
    `If it is your account and you have not changed this, ask those who run ${host} for help. A new password cannot be had by this address any more.`,
  ],
});

function described({ at, browser, system, address }: Whence): string {
  const device = browser && system ? `${browser} on ${system}` : (browser ?? system ?? 'a program of unknown kind');
  return `It was ${device}${address ? `, from the address ${address}` : ''}, on ${inWords(at)}.`;
}

const since = ({ at, address }: Where): string => `on ${inWords(at)}${address ? `, from the address ${address}` : ''}`;

const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;

const inWords = (at: string): string => `${new Date(at).toLocaleString('en-GB', format)} UTC`;
