/** One mail to one person, as text and as HTML that say the same. */
export interface Mail {
  /** The address exactly as the account has it: one, in the form that `emailAddress` leaves. */
  to: string;
  /** One line. */
  subject: string;
  text: string;
  /** A whole document that loads nothing from anywhere. */
  html: string;
  /** What its header Message-ID is to be. The same mail has the same one each time, so that a repetition is recognised. */
  messageId: string;
}

/** Hands mails over to whoever delivers them. */
export interface Mailer {
  /**
   * Resolves when the mail was taken, and rejects when it was not: then it is tried again later, so
   * it may come twice. The error is logged, so its message names no address. What it resolves to is
   * not looked at.
   */
  send(mail: Mail): Promise<unknown>;
}
