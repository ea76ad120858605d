// Everything in one file of JavaScript: a host, a client, and tables for queries of its own.
import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { createAuthClient, memoryStorage } from 'latchkey/client';
import { createAuth } from 'latchkey/server';
import { testAuth } from 'latchkey/testing';
import { users } from 'latchkey/schema/sqlite';
import { latchkey } from 'latchkey/schema/postgres';

const auth = await createAuth({ databaseUrl: 'file:./plain.db', publicUrl: 'http://localhost:3000' });
await auth.migrate();
const t = initTRPC.context().create();
const router = t.router({ auth: auth.router });
const server = createHTTPServer({ router, basePath: '/trpc/', createContext: auth.createContext });
await new Promise((resolve) => server.listen(0, resolve));

const client = createAuthClient({ url: `http://localhost:${server.address().port}`, storage: memoryStorage() });
const grace = { email: 'grace@example.com', password: 'correct horse battery' };
await client.register.mutate(grace);
const { user } = await client.login.mutate(grace);

await using inMemory = await testAuth();
const caller = await inMemory.callerOf(await inMemory.as('ada@example.com'));

const { schemaName } = latchkey;
console.log(
  'answer',
  JSON.stringify({ email: user.email, ofTest: caller.user.email, table: 'email' in users, schemaName }),
);

server.close();
server.closeAllConnections();
await auth.close();
