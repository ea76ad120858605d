import type { AuthContext } from './auth-context.ts';
import type { Caller, TwoFactorCaller, VerifiedCaller } from './features/sessions/contract.ts';

/** A host's context behind `signedIn`: who is asking is known, `ctx.auth.user` and `ctx.auth.session`. */
export interface SignedInContext extends AuthContext, Readonly<Caller> {}

/** A host's context behind `recentlyVerified`: the same, of somebody who has shown lately that it is them. */
export interface RecentlyVerifiedContext extends AuthContext, Readonly<VerifiedCaller> {}

/** A host's context behind `twoFactor`: the same, of somebody who has shown more than a password in this session. */
export interface TwoFactorContext extends AuthContext, Readonly<TwoFactorCaller> {}

/** Behind `recentlyVerified({ factor: true })`: both. */
export interface FactorVerifiedContext extends AuthContext, Readonly<VerifiedCaller & TwoFactorCaller> {}
