import type { AuthContext } from './auth-context.ts';
import type { Call, Deps, Reply, RequestFacts } from './deps.ts';
import { callerRefusals } from './features/sessions/contract.ts';
import type { Caller } from './features/sessions/contract.ts';
import { checkSession } from './features/sessions/service.ts';
import { Refusal } from './kernel/refusal.ts';
import type { SignedInContext } from './signed-in-context.ts';

/** What a procedure of ours finds in its `ctx`. */
export interface CallContext extends Call<keyof Deps> {
  /** Who is asking: `null` without a credential; a credential that is no good is refused. */
  caller(): Promise<Caller | null>;
}

let callIn: (auth: unknown) => CallContext | undefined;

/** What the host's `ctx` carries: it holds the call where neither the host's types nor its logs see it, nor its code. */
class Carrier implements AuthContext {
  readonly kind = 'latchkey';
  readonly #call: CallContext;

  constructor(call: CallContext) {
    this.#call = call;
  }

  static {
    callIn = (auth) => (typeof auth === 'object' && auth !== null && #call in auth ? auth.#call : undefined);
    // By it another could be made.
    Reflect.deleteProperty(this.prototype, 'constructor');
  }
}

/** Makes the part of a tRPC context that Latchkey needs, for one request. */
export function makeContext(deps: Deps, request: RequestFacts, reply: Reply): { auth: AuthContext } {
  const call: CallContext = { deps, request, reply, caller: async () => await checkSession(call) };
  return { auth: Object.freeze(new Carrier(call)) };
}

/** The same context, narrowed: what is called with it finds all that it found before. */
export function withCaller<Known extends Caller>(call: CallContext, caller: Known): SignedInContext & Readonly<Known> {
  return Object.freeze(Object.assign(new Carrier(call), caller));
}

/** @throws Refusal NOT_SIGNED_IN, SESSION_ENDED */
export async function requireCaller(call: CallContext): Promise<Caller> {
  const caller = await call.caller();
  if (!caller) throw new Refusal(callerRefusals, 'NOT_SIGNED_IN');
  return caller;
}

/** The other way round. `undefined` where a host forgot to build its context with ours. */
export const contextOf = (ctx: { auth: AuthContext } | undefined): CallContext | undefined => callIn(ctx?.auth);

/** @throws Error where a host forgot to build its context with ours */
export function requireContext(ctx: { auth: AuthContext }): CallContext {
  const context = contextOf(ctx);
  if (!context)
    throw new Error('ctx.auth is none of ours: put ...auth.createContext(request) into the context of your app');
  return context;
}
