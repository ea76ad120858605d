import type { Server } from 'node:http';

import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';

import { appRouter, auth } from './app.ts';

export function serve(port: number): Server {
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext: auth.createContext }));

  app.get('/readyz', async (_, response) => {
    const isReady = await auth.ping().then(
      () => true,
      () => false,
    );
    response.sendStatus(isReady ? 200 : 503);
  });

  const server = app.listen(port);
  process.once('SIGTERM', () => {
    // Nobody new.
    server.close();
    // The streams end, what is under way is answered, and a connection that was kept for more is closed.
    void auth.close().then(() => server.closeIdleConnections());
    // What else is open, such as a subscription of your own that ends with no session.
    setTimeout(() => server.closeAllConnections(), 10_000).unref();
  });
  return server;
}
