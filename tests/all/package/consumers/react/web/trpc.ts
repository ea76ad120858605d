import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { authLink, sessionOf } from 'latchkey/client';

import type { AppRouter } from '../server/router.ts';

const url = '/trpc';
const link = authLink<AppRouter>({ url });
export const trpcClient = createTRPCClient<AppRouter>({ links: [link, httpBatchStreamLink({ url })] });
export const session = sessionOf(link);
export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();
