/** One request, and the status that it must be answered with. */
export interface Asked {
  method: 'GET' | 'POST';
  path: string;
  status: number;
  token?: string | undefined;
  body?: string;
}

const password = 'correct horse battery';
/** So many ask at once, at most. */
const mostAtOnce = 32;

const emailOf = (number: number): string => `person${number}@example.com`;

/** Of a thousand requests how many are of which kind. Four of them hash a password; the rest is where most traffic is. */
const shares = { register: 2, login: 1, wrongPassword: 1, logout: 1, badJson: 95, refused: 100, signedOut: 350 };

/** Requests as they come to a server: one after the other for `next`, whoever asks. */
export function createMix() {
  const tokens: string[] = [];
  // Nobody asks with them any more, so that none is under way when its session ends.
  const retired: string[] = [];
  let people = 0;
  let turn = 0;

  const post = (path: string, body: object, status: number): Asked => ({
    method: 'POST',
    path: `/api/auth/${path}`,
    status,
    body: JSON.stringify(body),
  });
  // Not one whose registration may be under way.
  const some = (): string => emailOf(1 + ((turn * 7919) % Math.max(1, people - mostAtOnce)));
  const me = (token?: string): Asked => ({ method: 'GET', path: '/trpc/auth.me', status: 200, token });
  const kinds: Record<keyof typeof shares, () => Asked> = {
    register: () => post('register', { email: emailOf((people += 1)), password, deliver: 'token' }, 201),
    login: () => post('login', { email: some(), password, deliver: 'token' }, 200),
    wrongPassword: () => post('login', { email: some(), password: 'not the right one' }, 401),
    logout() {
      retired.push(...tokens.splice(0, 1));
      return { ...post('logout', {}, 200), token: retired.length > 1 ? retired.shift() : undefined };
    },
    badJson: () => ({ ...post('login', {}, 400), body: `{"email": "person${turn}@example.com", "password` }),
    refused: () => post('login', { email: `no address ${turn}`, password, [`key${turn}`]: true }, 400),
    signedOut: () => me(),
  };
  // Spread over the thousand, as strides of a number that has no divisor in common with it.
  const order = Array.from<keyof typeof shares | 'signedIn'>({ length: 1000 }).fill('signedIn');
  let place = 0;
  for (const kind of Object.keys(shares) as (keyof typeof shares)[])
    for (let count = 0; count < shares[kind]; count += 1) order[(place++ * 617) % 1000] = kind;

  return {
    /** Somebody has to be there before the first of all. */
    first: (): Asked => kinds.register(),
    next(): Asked {
      const kind = order[(turn += 1) % 1000] ?? 'signedIn';
      return kind === 'signedIn' ? me(tokens[(turn * 7919) % tokens.length]) : kinds[kind]();
    },
    /** Remembers who was signed in by an answer. */
    noteAnswer(body: string): void {
      const [, token] = /"token":"([\w-]{43})"/.exec(body) ?? [];
      if (token) tokens.push(token);
    },
  };
}
