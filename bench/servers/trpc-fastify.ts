import { initTRPC } from '@trpc/server';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import fastify from 'fastify';

import { announce } from './noop.ts';

// What tRPC does on Fastify: the same router as on the standalone adapter.
const t = initTRPC.create({ isDev: false });
const router = t.router({ host: t.router({ noop: t.procedure.query(() => null) }) });
const app = fastify();
await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router } });
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);
