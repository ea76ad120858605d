import { cookieOf } from './test-app.ts';

/** A `fetch` with a cookie jar, as one browser has it, whose network a test holds up or cuts. */
export interface Visitor {
  fetch: (input: string | URL | Request, init?: object) => Promise<Response>;
  /** What was sent so far: the procedure, or those of a batch with commas between. */
  calls: string[];
  /** What the server has answered, whether or not the answer is held. */
  answered: string[];
  /** The latest request. */
  latest: Request | undefined;
  /** Whether there is a network. */
  isOnline: boolean;
  /** Forgets the cookie, as somebody may tell a browser to. */
  clearCookies(): void;
  /** Keeps back the next answer of this procedure, which the server gives at once; returns what lets it through. */
  holdNext(path: string): () => void;
}

export function visitor(): Visitor {
  let cookie: string | undefined;
  let networks = 0;
  const held = new Map<string, Promise<void>>();

  const send = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname.split('/').at(-1) ?? '';
    self.calls.push(path);
    self.latest = request;
    if (!self.isOnline) throw new TypeError('fetch failed');
    const hold = held.get(path);
    held.delete(path);
    // From a network of its own, so that no limit is met.
    request.headers.set('x-forwarded-for', `2001:db8:1:${(networks += 1).toString(16)}::1`);
    if (cookie && request.credentials === 'include') request.headers.set('cookie', cookie);
    const response = await fetch(request);
    self.answered.push(path);
    await hold;
    const set = cookieOf(response);
    if (set) cookie = set.endsWith('=') ? undefined : set;
    return response;
  };
  const self: Visitor = {
    calls: [],
    answered: [],
    latest: undefined,
    isOnline: true,
    async fetch(input, init) {
      return await send(new Request(input, init));
    },
    clearCookies() {
      cookie = undefined;
    },
    holdNext(path) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(path, promise);
      return resolve;
    },
  };
  return self;
}
