import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';

import { appRouter, auth } from './router.js';

const startedAt = new Date();

const app = express();
app.use(
  '/trpc',
  createExpressMiddleware({
    router: appRouter,
    createContext: (request) => ({ ...auth.createContext(request), startedAt }),
  }),
);
const server = app.listen(0, () => console.log('listening', JSON.stringify(server.address())));
