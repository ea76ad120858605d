import { createHTTPServer } from '@trpc/server/adapters/standalone';

import { appRouter, auth } from './router.js';

const startedAt = new Date();

const server = createHTTPServer({
  router: appRouter,
  basePath: '/trpc/',
  createContext: (request) => ({ ...auth.createContext(request), startedAt }),
});
server.listen(0, () => console.log('listening', JSON.stringify(server.address())));
