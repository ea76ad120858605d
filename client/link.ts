import { createTRPCUntypedClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import type { HTTPLinkOptions, TRPCLink } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { observable } from '@trpc/server/observable';

import { refusalOf } from './refusal.ts';
import { authHeaders } from './token-storage.ts';
import type { TokenStorage } from './token-storage.ts';
import { hearing, wires } from './wire.ts';
import type { Wire } from './wire.ts';

/**
 * What {@link authLink} takes. Where the host's server has a transformer, `transformer` is needed as
 * in tRPC's own links, and `mountedAt` where its router has no `auth`.
 *
 * @example
 * const options: AuthLinkOptions<HostRouter> = { url: '/trpc', transformer: superjson };
 */
export type AuthLinkOptions<Router extends AnyRouter = AnyRouter> = {
  /**
   * Where the host serves tRPC, as in the host's own link.
   *
   * @example 'https://example.com/trpc'
   */
  url: string;
  /**
   * The name that our router has in the host's, with those that it is below: `'api.auth'`.
   *
   * @default 'auth'
   */
  mountedAt?: PathsOf<Router>;
  /**
   * Where to keep the session's token, for a native app or a program. With it calls are sent with
   * the token as a bearer token and without cookies.
   *
   * @default none: the session lives in an HttpOnly cookie, as it should in a browser
   */
  storage?: TokenStorage | undefined;
  /**
   * Makes the requests.
   *
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch | undefined;
  /**
   * More headers for the calls that this link sends.
   *
   * @default none
   */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
} & Pick<HTTPLinkOptions<TypesOf<Router>>, 'transformer'> &
  ('auth' extends NamesIn<Router> ? unknown : { mountedAt: string });

// Ours takes no more calls than this in one request.
const maxBatchedCalls = 10;
// Longer URLs are cut off by some proxies.
const maxURLLength = 2000;

// Ask for the token where there is a storage for it.
const startsSession = new Set(['register', 'login', 'factors.prove', 'passkeys.signIn']);

type TypesOf<Router extends AnyRouter> = Router['_def']['_config']['$types'];
type NamesIn<Router extends AnyRouter> = keyof Router['_def']['record'] & string;
type PathsOf<Router extends AnyRouter> = NamesIn<Router> | `${NamesIn<Router>}.${string}`;

/**
 * Sends the calls of Latchkey for a tRPC client of a host that has our router in its own. It goes
 * before the host's links and leaves every other call to them, and every subscription.
 *
 * Queries that are made together travel in one request. A mutation always travels alone and is never
 * streamed: a streamed answer cannot set a cookie.
 *
 * Your router's type says what `transformer` and `mountedAt` have to be. Name it,
 * `authLink<AppRouter>({ url })`, where the link does not stand right in its client.
 *
 * @example
 * const trpc = createTRPCClient<HostRouter>({ links: [authLink({ url }), httpBatchStreamLink({ url })] });
 */
export function authLink<Router extends AnyRouter = never>(options: AuthLinkOptions<Router>): TRPCLink<Router> {
  const { url, mountedAt = 'auth', storage } = options;
  const http = httpOf(options);
  const wire: Wire = {
    name: `latchkey ${url} ${mountedAt}`,
    isShared: !storage,
    askMe: async () => await createTRPCUntypedClient({ links: [link] }).query(`${mountedAt}.me`),
    openStream: async (signal) =>
      await http.fetch(`${url}/${mountedAt}.sessions.changes`, { signal, headers: await http.headers() }),
  };
  const complain = complaining(`Latchkey: ${mountedAt}.me at ${url}`);

  const link: TRPCLink<Router> = (runtime) => {
    const send = sender<Router>(http)(runtime);
    return ({ op, next }) =>
      observable((observer) => {
        const hear = hearing(wire, storage);
        const error = (refused: TRPCClientError<Router>): void =>
          void after(hear(reasonOf(refused)), () => observer.error(refused), observer);

        const isOurs = op.path.startsWith(`${mountedAt}.`) && op.type !== 'subscription';
        if (!isOurs) return next(op).subscribe({ ...observer, error });

        const name = op.path.slice(mountedAt.length + 1);
        const input = storage && startsSession.has(name) ? { ...(op.input as object), deliver: 'token' } : op.input;
        return send({ op: { ...op, input }, next }).subscribe({
          next(value) {
            // Of any procedure, today's and later ones: what has no status says nothing of the session.
            const { data } = value.result as { data?: { status?: unknown; user?: unknown } | null };
            const isMe = name === 'me' && (data === null || data?.user);
            if (name === 'me' && !isMe) complain("cannot be read: transformer must be the server's");
            const pass = (): void => {
              observer.next(value);
              observer.complete();
            };
            void after(hear(isMe ? name : data?.status, data), pass, observer);
          },
          error(refused) {
            if (name === 'me' && isNotFound(refused)) complain('is not there: check url and mountedAt');
            error(refused);
          },
        });
      });
  };
  wires.set(link, wire);
  return link;
}

/** An answer waits until the token is kept and the store knows, so that the caller's next step has it right. */
async function after(
  heard: Promise<void>,
  pass: () => void,
  caller: { error(failure: TRPCClientError<AnyRouter>): void },
): Promise<void> {
  try {
    await heard;
    pass();
  } catch (cause) {
    caller.error(TRPCClientError.from(cause as Error));
  }
}

// Of any router, so its type is not known; a host's own formatter may have left out all of it.
const reasonOf = (error: object): unknown => refusalOf(error as { data: { refusal: { reason: unknown } } })?.reason;

// By the answer's status: its body cannot be read where the transformer is missing, too.
const isNotFound = ({ meta }: { meta?: { response?: { status?: number } } | undefined }): boolean =>
  meta?.response?.status === 404;

/** Says once what is wrong with how the link was set up, which would be `loading` for ever without a word. */
function complaining(what: string): (fault: string) => void {
  let isSaid = false;
  return (fault) => {
    // oxlint-disable-next-line no-console -- only whoever set it up can mend it, and no call of theirs has failed
    if (!isSaid) console.error(`${what} ${fault}`);
    isSaid = true;
  };
}

/** How the requests are made, of calls and of the stream. */
function httpOf<Router extends AnyRouter>(options: AuthLinkOptions<Router>) {
  const { url, storage, fetch = globalThis.fetch, headers, transformer } = options;
  const bearer = storage && authHeaders(storage);
  const init = { credentials: storage ? 'omit' : 'include', redirect: 'error' } as const;
  return {
    url,
    transformer,
    // Not redirected: a body with a password goes to the server that was named, and to no other.
    fetch: async (input: string | URL | Request, request?: object) => await fetch(input, { ...request, ...init }),
    headers: async () => ({ ...(typeof headers === 'function' ? await headers() : headers), ...(await bearer?.()) }),
  };
}

function sender<Router extends AnyRouter>(given: ReturnType<typeof httpOf<Router>>): TRPCLink<Router> {
  // The type of the transformer follows from the router's, and here any router is possible.
  const http = given as HTTPLinkOptions<TypesOf<Router>> & { headers: () => Promise<Record<string, string>> };
  return (runtime) => {
    // A batch of one, in the place of the larger httpLink.
    const alone = httpBatchLink<Router>({ ...http, maxItems: 1 })(runtime);
    const together = httpBatchLink<Router>({ ...http, maxItems: maxBatchedCalls, maxURLLength })(runtime);
    return (call) => (call.op.type === 'mutation' ? alone : together)(call);
  };
}
