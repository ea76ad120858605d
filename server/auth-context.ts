/**
 * What a host's context carries for Latchkey, under the key `auth`. It is opaque on purpose: the
 * router's type mentions it, and a frontend that imports that type must not load the server's.
 */
export interface AuthContext {
  readonly kind: 'latchkey';
}
