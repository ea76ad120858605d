/**
 * Whether who reads the mail of an address as another system has written it reads that of our form, too. Our form
 * makes more texts one than case does: what looks or is composed differently may be the mailbox of somebody else.
 */
export function isSameMailbox(written: string, canonical: string): boolean {
  const [local = '', domain = ''] = written.split('@');
  return inAsciiLowerCase(local) === canonical.split('@')[0] && !isOfTwoDomains(domain);
}

const inAsciiLowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** ß and ς, which are letters of their own in our form and `ss` and σ in that of IDNA 2003: two domains. */
const isOfTwoDomains = (domain: string): boolean => /[ßẞςΣ]/.test(domain);
