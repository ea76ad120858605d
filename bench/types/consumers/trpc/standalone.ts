import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from 'bare-router';

export const { auth } = createTRPCClient<AppRouter>({ links: [httpLink({ url: 'http://localhost:3000/trpc' })] });
