import type { Target } from './targets.ts';
import type { StepName } from './steps.ts';

/** A ratio of two steps, or one step alone where there is no `base`. */
export interface Row {
  label: string;
  over: StepName;
  base?: StepName;
  unit: '/s' | ' ms';
  target?: Target;
}

const least = (value: number): Target => ({ sign: '≥', value });
const above = (value: number): Target => ({ sign: '>', value });
const most = (value: number): Target => ({ sign: '≤', value });

const speed = (label: string, steps: [StepName, StepName], target?: Target): Row => {
  const [over, base] = steps;
  return { label, over, base, unit: '/s', ...(target && { target }) };
};
const wait = (label: string, steps: [StepName, StepName], target: Target): Row => {
  const [over, base] = steps;
  return { label, over, base, unit: ' ms', target };
};

export const rows: Row[] = [
  speed('`me` ÷ bare `node:http`, a constant', ['me', 'http'], least(0.6)),
  speed('`me` ÷ `jwtVerify` on bare `node:http`', ['me', 'jose'], least(0.8)),
  speed('`me` ÷ `me` of nobody, our no-op', ['me', 'nobody'], least(0.85)),
  speed("`me` ÷ no-op on tRPC's standalone adapter", ['me', 'noop'], least(5)),
  speed('`me` ÷ no-op of tRPC on Fastify', ['me', 'fastify']),
  speed('`me` ÷ `me` by `QUICK_TRPC=off`', ['me', 'adapter']),
  speed('`me` ÷ Better Auth `get-session`', ['me', 'betterAuth'], least(30)),
  speed('`me` ÷ the same with `cookieCache`', ['me', 'betterAuthCached'], least(10)),
  speed('`me` ÷ Express with express-session', ['me', 'express'], above(1)),
  speed('`me` ÷ PocketBase, own record', ['me', 'pocketBase'], above(1)),
  speed("`me` on PostgreSQL ÷ Better Auth's there", ['postgres', 'postgresBetterAuth'], least(5)),
  speed('logins ÷ bcrypt alone on all cores', ['logins', 'ceiling'], least(0.95)),
  speed('logins ÷ Better Auth, sign-ins', ['logins', 'betterAuthLogins'], above(1)),
  speed('logins ÷ Express with bcrypt', ['logins', 'expressLogins']),
  wait('p99 of `me`: under logins ÷ idle', ['meUnderLogins', 'meAlone'], most(1.2)),
  wait('p99 of `me`: under refused logins ÷ idle', ['meUnderWrongLogins', 'meAlone'], most(1.2)),
  wait('p99 of a login on one core: under `me` ÷ idle', ['loginUnderMe', 'loginAlone'], most(4)),
  { label: 'start to first answer', over: 'start', unit: ' ms', target: { sign: '<', value: 500 } },
];

/** What a peer is called in the chart and beside its numbers, the quickest things first. */
export const names: [StepName, string][] = [
  ['http', 'bare node:http, a constant'],
  ['jose', 'jose: jwtVerify on bare node:http'],
  ['nobody', 'Latchkey: me of nobody (no-op)'],
  ['me', 'Latchkey: me, SQLite'],
  ['postgres', 'Latchkey: me, PostgreSQL'],
  ['adapter', 'Latchkey: me, QUICK_TRPC=off'],
  ['fastify', 'tRPC on Fastify: no-op'],
  ['noop', 'tRPC standalone: no-op'],
  ['express', 'Express, express-session: me'],
  ['pocketBase', 'PocketBase: own record'],
  ['betterAuthCached', 'Better Auth: get-session, cookieCache'],
  ['betterAuth', 'Better Auth: get-session, SQLite'],
  ['postgresBetterAuth', 'Better Auth: get-session, PostgreSQL'],
];
