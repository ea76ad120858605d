import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { createTRPCClient, httpLink, safe } from '@trpc/client';
import superjson from 'superjson';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { refusalOf } from '../client/index.ts';
import type { AuthContext } from '../server/auth-context.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { defineRefusals } from '../server/kernel/refusals.ts';
import type { Hasher } from '../server/hashing/hasher.ts';
import { registered } from './support/registered.ts';
import { ada, testApp } from './support/test-app.ts';
import type { TestApp } from './support/test-app.ts';

const canary = 'SELECT secret_canary FROM users';
const failing = (error: unknown): Hasher => ({
  hash: async () => await Promise.reject(error),
  verify: async () => await Promise.reject(error),
  verifyNobody: async () => await Promise.reject(error),
  isOutdated: () => false,
});

describe('what nobody expected', () => {
  test.each(['/trpc/auth.register', '/api/auth/register'])(
    'leaves %s as one sentence with a request id, its cause in the log only',
    async (path) => {
      await using app = await testApp({ hasher: failing(new Error(canary)) });
      const response = await app.post(path, ada);
      expect(response.status).toBe(500);
      const text = await response.text();
      expect(text).toContain('Something went wrong');
      expect(text).not.toMatch(/canary|stack|\.ts/);
      const requestId = response.headers.get('x-request-id') ?? 'none';
      expect(text).toContain(requestId);
      const entry = app
        .logged()
        .split('\n')
        .find((line) => line.includes(requestId));
      expect(entry).toContain(canary);
      expect(entry).not.toContain(ada.email);
    },
  );

  test('includes a refusal that its procedure did not declare', async () => {
    const others = defineRefusals({ NOT_DECLARED: ['CONFLICT', canary] });
    await using app = await testApp({ hasher: failing(new Refusal(others, 'NOT_DECLARED')) });
    const response = await app.post('/api/auth/register', ada);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ reason: 'UNEXPECTED' });
    expect(app.logged()).toContain('procedure.failed');
  });
});

/** A host with a tRPC of its own: superjson, an error formatter, procedures. */
async function hostOf(app: TestApp, { withContext = true } = {}) {
  const t = initTRPC.context<{ auth: AuthContext; db: string }>().create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: {
        ...shape.data,
        hostField: true,
        zodError: error.cause instanceof z.ZodError ? z.flattenError(error.cause) : null,
      },
    }),
  });
  const router = t.router({
    auth: app.auth.router,
    now: t.procedure.query(({ ctx }) => ({ at: new Date(0), db: ctx.db })),
    fail: t.procedure.input(z.object({ count: z.number() })).query(() => {
      throw new Error('the host says this itself');
    }),
  });
  const server = createHTTPServer({
    router,
    createContext: (request) => ({
      ...(withContext ? app.auth.createContext(request) : ({} as { auth: AuthContext })),
      db: 'host',
    }),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    client: createTRPCClient<typeof router>({
      links: [httpLink({ url: `http://127.0.0.1:${port}`, transformer: superjson })],
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("nested in a host's router with superjson and an error formatter of its own", () => {
  test('procedures work, and so do the host’s', async () => {
    await using app = await testApp();
    await using host = await hostOf(app);
    const { user } = registered(await host.client.auth.register.mutate(ada));
    expect(user.email).toBe(ada.email);
    expect(await host.client.now.query()).toEqual({ at: new Date(0), db: 'host' });
  });

  test('refusals keep their type and their shape', async () => {
    await using app = await testApp();
    await using host = await hostOf(app);
    await host.client.auth.register.mutate(ada);

    const [, taken] = await safe(host.client.auth.register.mutate(ada));
    expect(taken?.data).toMatchObject({ httpStatus: 409, refusal: { reason: 'EMAIL_TAKEN' }, zodError: null });
    expect(taken?.data).not.toHaveProperty('hostField');

    const [, wrong] = await safe(host.client.auth.login.mutate({ ...ada, password: 'wrong horse' }));
    expect(refusalOf(wrong)?.reason).toBe('WRONG_CREDENTIALS');

    const [, invalid] = await safe(host.client.auth.login.mutate({ email: 'x', password: 'y' }));
    expect(refusalOf(invalid)).toEqual({ reason: 'INPUT_INVALID', fields: { email: ['Must be one e-mail address.'] } });
    expect(invalid?.data?.zodError).toEqual({
      formErrors: [],
      fieldErrors: { email: ['Must be one e-mail address.'] },
    });
  });

  test('faults of ours say nothing, and errors of the host arrive whole', async () => {
    await using app = await testApp({ hasher: failing(new Error(canary)) });
    await using host = await hostOf(app);
    const [, fault] = await safe(host.client.auth.register.mutate(ada));
    expect(refusalOf(fault)).toMatchObject({ reason: 'UNEXPECTED', requestId: expect.any(String) });
    expect(JSON.stringify(fault?.shape)).not.toContain('canary');

    const [, own] = await safe(host.client.fail.query({ count: 1 }));
    expect(own?.message).toBe('the host says this itself');
    expect(own?.data).toMatchObject({ hostField: true });
    // @ts-expect-error the host's input, wrong on purpose
    const [, ownInput] = await safe(host.client.fail.query({ count: 'one' }));
    expect(ownInput?.data?.zodError?.fieldErrors).toHaveProperty('count');
  });

  test('a context that was not made by ours is a fault, not a sign-in', async () => {
    await using app = await testApp();
    await using host = await hostOf(app, { withContext: false });
    const [, error] = await safe(host.client.auth.me.query());
    expect(refusalOf(error)).toMatchObject({ reason: 'UNEXPECTED' });
  });
});
