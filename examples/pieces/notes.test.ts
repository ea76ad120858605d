import assert from 'node:assert/strict';
import { test } from 'node:test';

import { initTRPC } from '@trpc/server';
import { createAuth } from 'latchkey/server';
import type { AuthContext } from 'latchkey/server';
import { testAuth } from 'latchkey/testing';
import { z } from 'zod';

const { router, signedIn, close } = await createAuth({ databaseUrl: 'file:./app.db' });
await close();

const t = initTRPC.context<{ auth: AuthContext; db: Map<string, string[]> }>().create();
const signedInProcedure = t.procedure.concat(signedIn);
const appRouter = t.router({
  auth: router,
  notes: {
    list: signedInProcedure.query(({ ctx }) => ctx.db.get(ctx.auth.user.id) ?? []),
    add: signedInProcedure.input(z.object({ text: z.string() })).mutation(({ ctx, input }) => {
      ctx.db.set(ctx.auth.user.id, [...(ctx.db.get(ctx.auth.user.id) ?? []), input.text]);
    }),
  },
});

const db = new Map<string, string[]>();

test('notes belong to whoever wrote them', async () => {
  await using auth = await testAuth();
  const ada = appRouter.createCaller({ ...(await auth.as('ada@example.com')), db });
  await ada.notes.add({ text: 'first' });
  const grace = appRouter.createCaller({ ...(await auth.as('grace@example.com')), db });
  assert.deepEqual(await grace.notes.list(), []);
});
