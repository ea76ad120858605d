export { createAuthClient } from './client.ts';
export type { AppRouter, AuthClient, AuthClientOptions } from './client.ts';
export { authLink } from './link.ts';
export type { AuthLinkOptions } from './link.ts';
export { refusalOf } from './refusal.ts';
export { sessionOf } from './session.ts';
export type { SessionState, SessionStore } from './session.ts';
export { authHeaders, memoryStorage } from './token-storage.ts';
export type { TokenStorage } from './token-storage.ts';
export { safe } from '@trpc/client';

// What the types of answers and errors mention, so that declarations of code that returns them can name it.
export type { AuthContext } from '../server/auth-context.ts';
export type { ProcedureMeta } from '../server/kernel/procedure-meta.ts';
export type { GeneralRefusal, RefusalShape } from '../server/kernel/refusal-shape.ts';
