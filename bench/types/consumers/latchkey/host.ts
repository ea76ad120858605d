import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { authLink } from 'latchkey/client';

import type { HostRouter } from './server.ts';

const url = 'http://localhost:3000/trpc';
export const trpc = createTRPCClient<HostRouter>({
  links: [authLink<HostRouter>({ url }), httpBatchStreamLink({ url })],
});
export const { auth } = trpc;

export const notes = async (): Promise<string[]> => await trpc.notes.query();
