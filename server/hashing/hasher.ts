/**
 * Turns passwords into stored hashes and back into a yes or no. Never throws on a wrong password.
 *
 * A password is as it was typed wherever an account's own is shown: another system may have hashed it so.
 * What is hashed anew is taken in NFC, so `hash` and what verifies its hashes have to normalise.
 *
 * `lane` says who waits: where more is asked for than there are cores, lanes take turns, so that one
 * caller's flood does not hold up another. The network of the client is a good one.
 *
 * Every method throws the refusal `BUSY` where too many are waiting already.
 */
export interface Hasher {
  /** A new stored hash with a salt of its own. */
  hash(password: string, lane?: string): Promise<string>;
  /** Whether the password is the one that was hashed. A format that is not known is a no, after the same work. */
  verify(password: string, stored: string, lane?: string): Promise<boolean>;
  /** Does the work of one `verify` for an account that does not exist, so that time tells nothing. */
  verifyNobody(password: string, lane?: string): Promise<false>;
  /** Whether a stored hash is of an older scheme or a lower cost than `hash` would make now. */
  isOutdated(stored: string): boolean;
}
