import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { authLink } from 'latchkey/client';

import type { AppRouter } from '../server/router';

const url = '/api/trpc';
export const trpc = createTRPCClient<AppRouter>({
  links: [authLink<AppRouter>({ url }), httpBatchStreamLink({ url })],
});
