/** What each mail is about: what its template is given. Instants are ISO 8601 in UTC. */
export interface MailValues {
  /** To whoever forgot their password. */
  passwordReset: { url: string };
  /** To whoever registered or asked again: proves that the address is read. */
  emailVerification: { url: string };
  /** To whose address somebody has registered, while it has an account. The link sets a new password. */
  emailTaken: { url: string };
  /** To the address that is to be the account's. */
  emailChange: { url: string };
  /** To the address that was the account's; the link undoes it. `null` where that address was never proved. */
  emailChanged: { url: string | null };
  /** A notice: the password was changed. */
  passwordChanged: { at: string };
  /** A notice: a sign-in from where there was none before. */
  newSignIn: Whence;
  /** A notice: a sign-in after so many with a wrong password. */
  signInAfterFailures: Whence & { failures: number };
  /** A notice: a second factor came or went. The operator’s doing has no `address`. */
  factorChanged: Where & { change: FactorChange };
  /** A notice: a recovery code was used, and so many are left. */
  recoveryCodeUsed: Where & { left: number };
  /** A notice: somebody who knows the password has shown several wrong codes in a row. */
  factorRefused: Where;
}

/** What may have happened to the second factors of an account; the last of them is the operator’s doing. */
export type FactorChange =
  | 'totpEnabled'
  | 'totpReplaced'
  | 'totpDisabled'
  | 'passkeyAdded'
  | 'passkeyRemoved'
  | 'recoveryCodesReplaced'
  | 'factorsRemoved';

/** When, and from which network address, as far as it is known and may be told. */
export interface Where {
  at: string;
  address: string | null;
}

/** From so few recovery codes on a letter says to make new ones. */
export const fewCodes = 3;

/** Where a sign-in came from, as far as it is known. */
export interface Whence extends Where {
  browser: string | null;
  system: string | null;
}

export type MailKind = keyof MailValues;

/** What a mail says, before it is text or HTML. Plain text throughout: it is escaped where HTML is made. */
export interface Letter {
  /** One line. */
  subject: string;
  /** Paragraphs before the link. */
  before: string[];
  /** The one thing to do, where there is one. */
  action?: { label: string; url: string } | undefined;
  /** Paragraphs after it. */
  after?: string[] | undefined;
  /** The language it is in, such as `de`, where that is not the one that was wanted. */
  locale?: string | undefined;
}

/** The same for every kind of mail. */
export interface About {
  /** The host of the pages that people use, such as `app.example.com`. */
  host: string;
  /** The language that is wanted, such as `de`: the account's, otherwise that of the request, otherwise `en`. */
  locale: string;
}

/** A function for each kind of mail. */
export type Letters = { [Kind in MailKind]: (values: MailValues[Kind], about: About) => Letter };

/** A host's own letters, which take the place of ours in every language. */
export type MailTemplates = {
  [Kind in MailKind]?: ((values: MailValues[Kind], about: About) => Letter | Promise<Letter>) | undefined;
};
