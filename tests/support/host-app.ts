import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import express from 'express';
import fastify from 'fastify';
import superjson from 'superjson';
import { z } from 'zod';

import type { AuthContext } from '../../server/auth-context.ts';
import { createAuth } from '../../server/create-auth.ts';
import type { Auth, AuthOptions } from '../../server/auth.ts';
import { bcryptOnNodesPool, createBcryptHasher } from '../../server/hashing/bcrypt-sha256.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createTestClock } from '../../server/testing/test-clock.ts';
import type { RecentlyVerifiedContext } from '../../server/signed-in-context.ts';
import type { TestClock } from '../../server/testing/test-clock.ts';
import { testDatabase } from './test-database.ts';

/** What a host has in its context besides ours. */
interface HostContext {
  auth: AuthContext;
  tenant: string;
}

/** What only somebody may do who has shown lately that it is them: its type says so. */
function deleteAll({ auth, tenant }: { auth: RecentlyVerifiedContext; tenant: string }): string {
  return `${tenant}: all of ${auth.user.email} is gone`;
}

/** A host's own tRPC app: its transformer, its formatter, its middleware, its procedures, with ours below `auth`. */
export function hostRouter(auth: Pick<Auth, 'router' | 'signedIn' | 'recentlyVerified'>) {
  const t = initTRPC.context<HostContext>().create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: {
        ...shape.data,
        ofHost: true as const,
        zodError: error.cause instanceof z.ZodError ? z.flattenError(error.cause) : null,
      },
    }),
  });
  const tenantProcedure = t.procedure.use(
    async ({ ctx, next }) => await next({ ctx: { tenant: ctx.tenant.toUpperCase() } }),
  );
  const signedIn = tenantProcedure.concat(auth.signedIn);
  const recentlyVerified = tenantProcedure.concat(auth.recentlyVerified());
  return t.router({
    auth: auth.router,
    today: t.procedure.query(() => new Date(0)),
    mine: signedIn.query(({ ctx }) => ({ who: ctx.auth.user.email, tenant: ctx.tenant, at: new Date(0) })),
    deleteAll: recentlyVerified.input(z.object({ really: z.literal(true) })).mutation(({ ctx }) => deleteAll(ctx)),
    write: signedIn.input(z.object({ text: z.string().min(3) })).mutation(({ ctx, input }) => {
      if (input.text === 'teapot') throw new TRPCError({ code: 'CONFLICT', message: "The host's own words" });
      return `${ctx.auth.user.email}: ${input.text}`;
    }),
  });
}

export type HostRouter = ReturnType<typeof hostRouter>;

type Serve = (router: HostRouter, auth: Auth) => Promise<Server>;

/** What Fetch hides, a host knows from its platform. */
const peer = '127.0.0.1';

/** The same app on each kind of server that tRPC has an adapter for. */
export const adapters: Record<'standalone' | 'Express' | 'Fastify' | 'Fetch', Serve> = {
  async standalone(router, auth) {
    return createServer(
      createHTTPHandler({
        router,
        basePath: '/trpc/',
        createContext: (request) => ({ ...auth.createContext(request), tenant: 'acme' }),
      }),
    );
  },
  async Express(router, auth) {
    const app = express();
    const middleware = createExpressMiddleware({
      router,
      createContext: (request) => ({ ...auth.createContext(request), tenant: 'acme' }),
    });
    app.use('/trpc', (_request, response, next) => {
      response.cookie('theme', 'dark');
      next();
    });
    app.use('/trpc', middleware);
    return createServer(app);
  },
  async Fastify(router, auth) {
    const app = fastify();
    await app.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: {
        router,
        createContext: (request: Parameters<Auth['createContext']>[0]) => ({
          ...auth.createContext(request),
          tenant: 'acme',
        }),
      },
    });
    await app.ready();
    return app.server;
  },
  async Fetch(router, auth) {
    const answer = async (incoming: IncomingMessage, body: Buffer): Promise<Response> =>
      await fetchRequestHandler({
        endpoint: '/trpc',
        req: asFetch(incoming, body),
        router,
        createContext: (request) => ({ ...auth.createContext({ ...request, address: peer }), tenant: 'acme' }),
      });
    return createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        void answer(incoming, Buffer.concat(chunks)).then((response) => send(response, outgoing));
      });
    });
  },
};

const asFetch = ({ url, method = 'GET', headersDistinct }: IncomingMessage, body: Buffer): Request =>
  new Request(`http://localhost${url}`, {
    method,
    headers: Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
    ...(body.length > 0 ? { body: body.toString() } : {}),
  });

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

export interface HostApp extends AsyncDisposable {
  url: string;
  auth: Auth;
  router: HostRouter;
  clock: TestClock;
  logged(): string;
}

/** A host's app on a free loopback port, with a database of its own. */
export async function hostApp(serve: Serve, options: AuthOptions = {}): Promise<HostApp> {
  const database = await testDatabase();
  const lines: string[] = [];
  const clock = createTestClock();
  const auth = await createAuth({
    databaseUrl: database.url,
    databasePoolSize: 2,
    trustedProxies: [peer],
    log: createLogger('debug', { write: (line) => lines.push(line) }),
    clock,
    hasher: createBcryptHasher(4, bcryptOnNodesPool),
    ...options,
  });
  await auth.migrate();
  const router = hostRouter(auth);
  const server = await serve(router, auth);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    auth,
    router,
    clock,
    logged: () => lines.join(''),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await auth.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
