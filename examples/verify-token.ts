import { createRemoteJWKSet, jwtVerify } from 'jose';

export interface TokenRules {
  /** Who makes them: PUBLIC_URL of Latchkey. */
  issuer: string;
  /** What this service is called in TOKEN_AUDIENCE. */
  audience: string;
  /** Where the keys are loaded, if that is another address inside your network. */
  keysAt?: string;
}

/** What another service checks of each token that comes with a request. */
export function createVerifier({ issuer, audience, keysAt = issuer }: TokenRules) {
  // Loads the keys once, keeps them for ten minutes, and loads them again for one that it does not know.
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', keysAt));

  /** Resolves to the id of the user; rejects for what is no good, in which case answer with 401. */
  return async (jwt: string): Promise<string> => {
    const { payload } = await jwtVerify<{ sub: string }>(jwt, keys, {
      issuer,
      audience,
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'exp'],
    });
    return payload.sub;
  };
}
