export { createAuthClient } from './client.ts';
export type { AppRouter, AuthClient, AuthClientOptions } from './client.ts';
export { refusalOf } from './refusal.ts';
export { memoryStorage } from './session-store.ts';
export type { TokenStorage } from './session-store.ts';
export { safe } from '@trpc/client';
