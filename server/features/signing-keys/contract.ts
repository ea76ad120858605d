/** A public key as RFC 7517 and RFC 8037 write it. */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  /** The key itself, 32 bytes in base64url. */
  x: string;
  /** Which one: the same as in the head of a token. */
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

/** What verifiers load: the keys by which tokens are signed, were lately, or will be soon. */
export interface JwkSet {
  keys: PublicJwk[];
}
