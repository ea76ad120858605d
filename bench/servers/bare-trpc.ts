import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';

import { announce } from './noop.ts';

// What tRPC alone does: a host's router with a query in it that does nothing, and no Latchkey.
const t = initTRPC.create({ isDev: false });
const router = t.router({ host: t.router({ noop: t.procedure.query(() => null) }) });
const server = createHTTPServer({ router, basePath: '/trpc/' });
server.listen(0, '127.0.0.1', () => announce(server));
