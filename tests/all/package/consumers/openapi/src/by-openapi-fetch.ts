import createClient from 'openapi-fetch';

import type { components, paths } from './generated/schema.js';

type Schemas = components['schemas'];

const url = process.argv[2] ?? '';
const ada = { email: 'ada@example.com', password: 'correct horse battery' };
const auth = createClient<paths>({ baseUrl: url });

/** What the compiler takes only while these are all the reasons that a login may be refused for with 401 and 403. */
function explain(
  refused: Schemas[
    | 'WrongCredentialsRefusal'
    | 'OriginRefusedRefusal'
    | 'AccountDisabledRefusal'
    | 'TokenNotForPagesRefusal'],
): string {
  switch (refused.reason) {
    case 'WRONG_CREDENTIALS':
      return 'wrong';
    case 'ACCOUNT_DISABLED':
      return 'disabled';
    case 'ORIGIN_REFUSED':
    case 'TOKEN_NOT_FOR_PAGES':
      return 'not here';
  }
}

const registered = await auth.POST('/api/auth/register', { body: { ...ada, name: 'Ada' } });
const again = await auth.POST('/api/auth/register', { body: ada });
const short = await auth.POST('/api/auth/register', { body: { ...ada, email: 'eve@example.com', password: 'ab' } });
const minimum = short.error?.reason === 'PASSWORD_TOO_SHORT' ? short.error.minimum : 0;
const wrong = await auth.POST('/api/auth/login', { body: { ...ada, password: 'wrong horse' } });
const why = wrong.error?.reason === 'WRONG_CREDENTIALS' ? explain(wrong.error) : 'another reason';

const loggedIn = await auth.POST('/api/auth/login', { body: { ...ada, deliver: 'token' } });
if (loggedIn.data?.status !== 'signedIn') throw new Error(loggedIn.error?.message ?? 'Show a second factor');
const { token } = loggedIn.data;
auth.use({
  onRequest({ request }) {
    request.headers.set('authorization', `Bearer ${token}`);
  },
});

const me = await auth.GET('/api/auth/me');
const events = await auth.GET('/api/auth/account/events', {
  params: { query: { input: JSON.stringify({ limit: 1 }) } },
});
const loggedOut = await auth.POST('/api/auth/logout', { body: {} });
const afterwards = await auth.GET('/api/auth/me');

console.log(
  'answer',
  JSON.stringify({
    registered: registered.data?.status,
    status: registered.response.status,
    again: again.error?.reason,
    minimum,
    why,
    me: me.data?.user.email,
    events: events.data?.events.map(({ kind }) => kind),
    loggedOut: loggedOut.data?.message,
    afterwards: afterwards.error?.reason,
  }),
);
