import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';

import type { AuthContext } from '../server/auth-context.ts';
import type { Auth, AuthOptions } from '../server/auth.ts';
import type { Mail } from '../server/mail/mailer.ts';
import type { RecentlyVerifiedContext, TwoFactorContext } from '../server/signed-in-context.ts';

// The compiler checks this file; `npm test` runs it. Nothing here is called.

function whatEachAdapterHandsOver(auth: Auth, request: Request, resHeaders: Headers): void {
  auth.createContext({ req: request, resHeaders });
  // @ts-expect-error headers of the answer where the request belongs
  auth.createContext({ req: resHeaders, resHeaders });
  // @ts-expect-error the same by its name
  auth.createContext({ headers: resHeaders });
  // @ts-expect-error headers of the request where those of the answer belong
  auth.createContext({ req: request, resHeaders: request });
}

function aHostMustMakeItsContextWithOurs(auth: Auth): void {
  const complete = initTRPC.context<{ auth: AuthContext; db: number }>().create();
  const mine = complete.procedure.concat(auth.signedIn).query(({ ctx }) => {
    expectTypeOf(ctx.auth.user.email).toBeString();
    expectTypeOf(ctx.auth.session.expiresAt).toBeString();
    expectTypeOf(ctx.db).toBeNumber();
    return ctx.auth.user.id;
  });
  complete.router({ auth: auth.router, mine });
  complete.procedure.query(({ ctx }) => {
    // @ts-expect-error nobody has asked whether somebody is signed in
    return ctx.auth.user;
  });
  const forgetful = initTRPC.context<{ db: number }>().create();
  // @ts-expect-error the context lacks ours
  forgetful.procedure.concat(auth.signedIn).query(() => 1);
}

const deleteAll = ({ user }: RecentlyVerifiedContext): string => user.id;
const payOut = ({ user }: TwoFactorContext): string => user.id;

function whatNeedsAFreshProofSaysSoByItsType(auth: Auth): void {
  const t = initTRPC.context<{ auth: AuthContext; db: number }>().create();
  t.procedure.concat(auth.recentlyVerified()).mutation(({ ctx }) => {
    expectTypeOf(ctx.auth.user.email).toBeString();
    expectTypeOf(ctx.auth.session.verifiedAt).toBeString();
    expectTypeOf(ctx.db).toBeNumber();
    return deleteAll(ctx.auth);
  });
  t.procedure.concat(auth.recentlyVerified({ factor: true })).mutation(({ ctx }) => {
    expectTypeOf(ctx.auth.isTwoFactor).toEqualTypeOf<true>();
    payOut(ctx.auth);
    return deleteAll(ctx.auth);
  });
  t.procedure.concat(auth.twoFactor).mutation(({ ctx }) => {
    expectTypeOf(ctx.auth.user.email).toBeString();
    payOut(ctx.auth);
    // @ts-expect-error that two factors were shown at sign-in is no fresh proof
    return deleteAll(ctx.auth);
  });
  t.procedure.concat(auth.recentlyVerified()).mutation(({ ctx }) => {
    // @ts-expect-error whose account has one factor only may be verified, too
    payOut(ctx.auth);
  });
  t.procedure.concat(auth.signedIn).mutation(({ ctx }) => {
    // @ts-expect-error that somebody is signed in is no fresh proof
    return deleteAll(ctx.auth);
  });
  t.procedure.mutation(({ ctx }) => {
    // @ts-expect-error nobody has asked at all
    return deleteAll(ctx.auth);
  });
}

/** As nodemailer has it. */
interface Transport {
  sendMail(mail: Mail & { from: string }): Promise<{ accepted: string[] }>;
}

export function whatIsAwaitedMayResolveToAnything(auth: Auth, transport: Transport): AuthOptions {
  const seen: string[] = [];
  auth.on('user.registered', (event) => seen.push(event.id));
  auth.on('session.ended', async (event) => await Promise.resolve(event.sessionId));
  return { mailer: { send: async (mail) => await transport.sendMail({ from: 'us@example.com', ...mail }) } };
}

test('every option may be undefined, also under exactOptionalPropertyTypes', () => {
  const each: { [Option in keyof AuthOptions]-?: undefined } = {
    databaseUrl: undefined,
    databasePoolSize: undefined,
    publicUrl: undefined,
    appUrl: undefined,
    corsOrigins: undefined,
    trustedProxies: undefined,
    registration: undefined,
    requireVerifiedEmail: undefined,
    requireSecondFactor: undefined,
    smtpUrl: undefined,
    mailFrom: undefined,
    encryptionKeys: undefined,
    tokenAudience: undefined,
    tokenLifetimeSeconds: undefined,
    bcryptCost: undefined,
    passwordMinLength: undefined,
    breachedPasswords: undefined,
    rateLimits: undefined,
    sessionLifetimeSeconds: undefined,
    sessionIdleSeconds: undefined,
    verifiedForSeconds: undefined,
    eventsKeptDays: undefined,
    failedJobsKeptDays: undefined,
    log: undefined,
    metrics: undefined,
    clock: undefined,
    hasher: undefined,
    mailer: undefined,
    mails: undefined,
    pages: undefined,
    sharesDatabase: undefined,
  };
  expectTypeOf(each).toExtend<AuthOptions>();
});

test('a host’s context is checked by the compiler', () => {
  expectTypeOf(whatEachAdapterHandsOver).toBeFunction();
  expectTypeOf(aHostMustMakeItsContextWithOurs).toBeFunction();
  expectTypeOf(whatNeedsAFreshProofSaysSoByItsType).toBeFunction();
});
