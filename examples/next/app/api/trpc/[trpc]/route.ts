import { fetchRequestHandler } from '@trpc/server/adapters/fetch';

async function handler(req: Request): Promise<Response> {
  // Not at the top: `next build` runs what is there, and would open the database.
  const { auth } = await import('../../../../server/auth');
  const { appRouter } = await import('../../../../server/router');
  return await fetchRequestHandler({
    endpoint: '/api/trpc',
    req,
    router: appRouter,
    maxBatchSize: 10,
    createContext: (request) => auth.createContext(request),
  });
}

export { handler as GET, handler as POST };
