import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';

import type { HostRouter } from './server.ts';

export const trpc = createTRPCClient<HostRouter>({
  links: [httpBatchStreamLink({ url: 'http://localhost:3000/trpc' })],
});
export const { auth } = trpc;

export const notes = async (): Promise<string[]> => await trpc.notes.query();
