import { client } from './generated/hey-api/client.gen.js';
import * as auth from './generated/hey-api/index.js';

const baseUrl = process.argv[2] ?? '';
const ada = { email: 'ada@example.com', password: 'correct horse battery' };

// The one input of a query is JSON, which this generator does not do by itself.
const querySerializer = (query: Record<string, unknown>): string =>
  new URLSearchParams(Object.entries(query).map(([name, value]) => [name, JSON.stringify(value)])).toString();
client.setConfig({ baseUrl, querySerializer });

const registered = await auth.register({ body: { ...ada, name: 'Ada' } });
const again = await auth.register({ body: ada });
const short = await auth.register({ body: { ...ada, email: 'eve@example.com', password: 'ab' } });
const minimum = short.error?.reason === 'PASSWORD_TOO_SHORT' ? short.error.minimum : 0;
const wrong = await auth.login({ body: { ...ada, password: 'wrong horse' } });
const why = wrong.error?.reason === 'WRONG_CREDENTIALS' ? 'wrong' : 'another reason';

const loggedIn = await auth.login({ body: { ...ada, deliver: 'token' } });
if (loggedIn.data?.status !== 'signedIn') throw new Error(loggedIn.error?.message ?? 'Show a second factor');
const { token } = loggedIn.data;
client.setConfig({ auth: ({ scheme }) => (scheme === 'bearer' ? token : undefined) });

const me = await auth.me();
const events = await auth.accountEvents({ query: { input: { limit: 1 } } });
const loggedOut = await auth.logout({ body: {} });
const afterwards = await auth.me();

console.log(
  'answer',
  JSON.stringify({
    registered: registered.data?.status,
    status: registered.response?.status,
    again: again.error?.reason,
    minimum,
    why,
    me: me.data?.user.email,
    events: events.data?.events.map(({ kind }) => kind),
    loggedOut: loggedOut.data?.message,
    afterwards: afterwards.error?.reason,
  }),
);
