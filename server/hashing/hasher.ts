/** Turns passwords into stored hashes and back into a yes or no. Never throws on a wrong password. */
export interface Hasher {
  /** A new stored hash with a salt of its own. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one that was hashed. A format that is not known is a no. */
  verify(password: string, stored: string): Promise<boolean>;
  /** Does the work of one `verify` for an account that does not exist, so that time tells nothing. */
  verifyNobody(password: string): Promise<false>;
}
