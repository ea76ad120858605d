import { createTRPCClient, httpBatchStreamLink, safe } from '@trpc/client';
import type { TRPCClientError, TRPCClientErrorLike } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import type { AnyRouter, inferProcedureErrorShape } from '@trpc/server';
import superjson from 'superjson';
import { expectTypeOf, test } from 'vitest';

import { authLink, memoryStorage, refusalOf, sessionOf } from '../client/index.ts';
import type { SessionState } from '../client/index.ts';
import type { AuthContext } from '../server/auth-context.ts';
import { refusalsOf } from '../server/error-shapes.ts';
import type { HostRefusal } from '../server/error-shapes.ts';
import { defineRefusals } from '../server/kernel/refusals.ts';
import type { GeneralRefusal } from '../server/kernel/refusal-shape.ts';
import { authRouter } from '../server/router.ts';
import type { AppRouter } from '../server/router.ts';
import { recentlyVerified } from '../server/signed-in.ts';

// The compiler checks this file; `npm test` runs it. No request is made.
const url = 'http://localhost:1/trpc';
const hostRefusals = defineRefusals({ NOT_SIGNED_IN: ['UNAUTHORIZED', 'Log in first.'] });

const t = initTRPC.context<{ auth: AuthContext; db: string }>().create({
  transformer: superjson,
  errorFormatter: ({ shape }) => ({ ...shape, data: { ...shape.data, hostField: true } }),
});
const host = t.router({
  auth: authRouter,
  now: t.procedure.query(() => new Date()),
  secret: t.procedure.errors(refusalsOf(hostRefusals)).query(() => 'secret'),
  danger: t.procedure.concat(recentlyVerified()).mutation(() => 'gone'),
});
type Host = typeof host;

const plain = initTRPC.context<{ auth: AuthContext }>().create();
const plainHost = plain.router({ account: authRouter, nested: plain.router({ auth: authRouter }) });
type PlainHost = typeof plainHost;

const trpc = createTRPCClient<Host>({
  links: [authLink({ url, transformer: superjson }), httpBatchStreamLink({ url, transformer: superjson })],
});

test("the link stands in any host's client, with its transformer or without one", () => {
  createTRPCClient<PlainHost>({ links: [authLink({ url, mountedAt: 'account' }), httpBatchStreamLink({ url })] });
  createTRPCClient<PlainHost>({ links: [authLink({ url, mountedAt: 'nested.auth' }), httpBatchStreamLink({ url })] });
  createTRPCClient<Host>({
    // @ts-expect-error the host's transformer is missing
    links: [authLink({ url }), httpBatchStreamLink({ url, transformer: superjson })],
  });
  createTRPCClient<PlainHost>({
    // @ts-expect-error the host has no transformer
    links: [authLink({ url, transformer: superjson }), httpBatchStreamLink({ url })],
  });
});

test('a link that knows no router does not compile without a transformer, since its host may have one', () => {
  // @ts-expect-error a host with superjson would give answers that nobody can read
  authLink({ url });
  authLink<AppRouter>({ url });
});

test("our router's name is one of the host's, and `auth` only where there is one", () => {
  authLink<PlainHost>({ url, mountedAt: 'account' });
  // @ts-expect-error there is no `auth`
  authLink<PlainHost>({ url });
  // @ts-expect-error there is no such router
  authLink<PlainHost>({ url, mountedAt: 'acount' });
  createTRPCClient<PlainHost>({
    // @ts-expect-error the same without the type, which follows from the client's
    links: [authLink({ url, mountedAt: 'acount' }), httpBatchStreamLink({ url })],
  });
  // Where the router is only known to be one, any name may be right.
  authLink<AnyRouter>({ url, mountedAt: 'account' });
});

test('a store takes the link of any host, and what createAuthClient returns', () => {
  const link = authLink<Host>({ url, transformer: superjson, storage: memoryStorage() });
  createTRPCClient<Host>({ links: [link, httpBatchStreamLink({ url, transformer: superjson })] });
  const untyped = authLink({ url, transformer: superjson });
  createTRPCClient<Host>({ links: [untyped, httpBatchStreamLink({ url, transformer: superjson })] });
  const ofPlain = authLink<PlainHost>({ url, mountedAt: 'account' });
  for (const session of [sessionOf(link), sessionOf(untyped), sessionOf(ofPlain)])
    expectTypeOf(session.get).returns.toEqualTypeOf<SessionState>();
  // @ts-expect-error a host's client is no source of sessions: its link is
  expectTypeOf(() => sessionOf(trpc)).toBeFunction();
});

test('who is signed in is known only where somebody is', () => {
  expectTypeOf<Extract<SessionState, { status: 'signedIn' }>>().toEqualTypeOf<{
    status: 'signedIn';
    user: {
      id: string;
      email: string;
      emailVerified: boolean;
      name: string | null;
      locale: string | null;
      createdAt: string;
    };
    session: {
      id: string;
      createdAt: string;
      factors: Method[];
      verifiedAt: string;
      factorVerifiedAt: string | null;
      expiresAt: string;
    };
  }>();
  // @ts-expect-error nobody may be signed in
  expectTypeOf<SessionState>().toHaveProperty('user');
});

type Method = 'password' | 'totp' | 'passkey' | 'recoveryCode';

type LoginRefusal =
  | GeneralRefusal
  | { reason: 'WRONG_CREDENTIALS' }
  | { reason: 'ACCOUNT_DISABLED' }
  | { reason: 'TOKEN_NOT_FOR_PAGES' };

export async function refusalsStayClosedInTheHostsClient(): Promise<void> {
  const [, loginError] = await safe(trpc.auth.login.mutate({ email: '', password: '' }));
  expectTypeOf(refusalOf(loginError)).toEqualTypeOf<LoginRefusal | undefined>();
  const [, meError] = await safe(trpc.auth.me.query());
  expectTypeOf(refusalOf(meError)).toEqualTypeOf<GeneralRefusal | { reason: 'SESSION_ENDED' } | undefined>();
  const [, secretError] = await safe(trpc.secret.query());
  expectTypeOf(refusalOf(secretError)).toEqualTypeOf<{ reason: 'NOT_SIGNED_IN' } | undefined>();
  const [, dangerError] = await safe(trpc.danger.mutate());
  expectTypeOf(refusalOf(dangerError)).toEqualTypeOf<
    HostRefusal | { reason: 'VERIFY_AGAIN'; methods: Method[] } | undefined
  >();
  const [, nowError] = await safe(trpc.now.query());
  expectTypeOf(refusalOf(nowError)).toEqualTypeOf<undefined>();
}

export async function everyCaseInTheHostsClient(): Promise<string> {
  const [answer, error] = await safe(trpc.auth.login.mutate({ email: '', password: '' }));
  if (!error) return answer.status === 'signedIn' ? answer.user.email : answer.methods.join(' ');
  const refusal = refusalOf(error);
  switch (refusal?.reason) {
    case 'WRONG_CREDENTIALS':
    case 'ACCOUNT_DISABLED':
    case 'TOKEN_NOT_FOR_PAGES':
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
      return error.message;
    case 'BUSY':
    case 'RATE_LIMITED':
      return `again in ${refusal.retryAfterSeconds}`;
    case 'UNEXPECTED':
      return refusal.requestId;
    case undefined:
      return 'offline';
  }
}

// @ts-expect-error a case is missing, so not every way returns
export async function caseMissingInTheHostsClient(): Promise<string> {
  const [, error] = await safe(trpc.auth.me.query());
  switch (refusalOf(error)?.reason) {
    case 'INPUT_INVALID':
    case 'REQUEST_INVALID':
    case 'ORIGIN_REFUSED':
    case 'RATE_LIMITED':
    case 'BUSY':
    case 'UNEXPECTED':
    case undefined:
      return 'SESSION_ENDED was forgotten';
  }
}

test('a refusal is found in whatever an error comes as', () => {
  type LoginShape = inferProcedureErrorShape<Host, Host['auth']['login']>;
  type Shaped = { errorShape: LoginShape; transformer: true };
  // TanStack Query has an error typed by the procedure, or `null`.
  const ofTanStack = (error: TRPCClientErrorLike<Shaped> | null) => refusalOf(error);
  expectTypeOf(ofTanStack).returns.toEqualTypeOf<LoginRefusal | undefined>();
  const ofClass = (error: TRPCClientError<Shaped>) => refusalOf(error);
  expectTypeOf(ofClass).returns.toEqualTypeOf<LoginRefusal | undefined>();
  const ofAnyProcedure = (error: TRPCClientError<Host>) => refusalOf(error);
  expectTypeOf(ofAnyProcedure).returns.toEqualTypeOf<undefined>();
  const ofAnyProcedureAlone = (error: TRPCClientError<AppRouter>) => refusalOf(error);
  expectTypeOf(ofAnyProcedureAlone).returns.toEqualTypeOf<GeneralRefusal | undefined>();
});
