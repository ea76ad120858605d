import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { authLink, sessionOf } from 'latchkey/client';

import type { AppRouter } from './app.ts';

const link = authLink<AppRouter>({ url: '/trpc' });
export const trpc = createTRPCClient<AppRouter>({ links: [link, httpBatchStreamLink({ url: '/trpc' })] });
export const session = sessionOf(link);
