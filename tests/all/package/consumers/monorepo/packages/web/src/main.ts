import { refusalOf, safe } from 'latchkey-client';

import { auth, refusals, registerInput, trpc } from './client.js';

const { email, password } = registerInput.parse({ email: 'Ada@Example.com', password: 'correct horse battery' });
const [, tooShort] = await safe(auth.register.mutate({ email, password: 'short' }));
const refusal = refusalOf(tooShort);

await auth.register.mutate({ email, password });
await auth.login.mutate({ email, password });
const mine: string = await trpc.myEmail.query();
// The same procedures through the client of the whole app.
const me = await trpc.auth.me.query();

console.log(
  'answer',
  JSON.stringify({
    mine,
    me: me?.user.email,
    minimum: refusal?.reason === 'PASSWORD_TOO_SHORT' ? refusal.minimum : 0,
    code: refusals.PASSWORD_TOO_SHORT[0],
  }),
);
