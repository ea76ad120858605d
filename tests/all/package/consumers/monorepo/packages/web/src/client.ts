import { createTRPCClient, httpLink } from '@trpc/client';
import type { TRPCClient } from '@trpc/client';
import type { AppRouter } from 'api';
import { createAuthClient, memoryStorage } from 'latchkey-client';
import type { AuthClient, TokenStorage } from 'latchkey-client';

export type { AppRouter } from 'api';
export type { AppRouter as AuthRouter } from 'latchkey-client';
export { refusals, registerInput } from 'latchkey-client/contract';

const url: string = process.argv[2] ?? '';

export const storage: TokenStorage = memoryStorage();
export const auth: AuthClient = createAuthClient({ url, storage });
export const trpc: TRPCClient<AppRouter> = createTRPCClient<AppRouter>({
  links: [httpLink({ url: `${url}/trpc`, headers: async () => ({ authorization: `Bearer ${await storage.get()}` }) })],
});
