import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';

import { appRouter, auth } from './router.ts';

const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext: auth.createContext }));
app.use(express.static('web/dist'));
const server = app.listen(0, () => console.log('listening', JSON.stringify(server.address())));
