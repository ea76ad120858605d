import { createTRPCClient, httpLink } from '@trpc/client';
import { createAuthClient, memoryStorage, refusalOf, safe } from 'latchkey/client';
import type { AuthClient } from 'latchkey/client';
import { refusals, registerInput } from 'latchkey/contract';
import type { RefusalReason } from 'latchkey/contract';

import type { AppRouter } from './router.js';

const url = process.argv[2] ?? '';
const storage = memoryStorage();
const auth: AuthClient = createAuthClient({ url, storage });
const written = { email: 'Ada@Example.com', password: 'correct horse battery' };
const { email, password } = registerInput.parse(written);

/** Registers, and says why not. */
async function register(): Promise<RefusalReason | 'registered'> {
  const [, error] = await safe(auth.register.mutate({ email, password, name: 'Ada' }));
  return error ? (refusalOf(error)?.reason ?? 'UNEXPECTED') : 'registered';
}

const registered = await register();
const again = await register();
const text = again === 'registered' ? '' : refusals[again][1];
const loggedIn = await auth.login.mutate({ email, password });
if (loggedIn.status !== 'signedIn') throw new Error(`Show one of ${loggedIn.methods.join(', ')}`);
const { user } = loggedIn;
const me = await auth.me.query();

const trpc = createTRPCClient<AppRouter>({
  links: [httpLink({ url: `${url}/trpc`, headers: async () => ({ authorization: `Bearer ${await storage.get()}` }) })],
});
const greeting: string = await trpc.greeting.query({ name: 'Grace' });
const note: { of: string; startedAt: string } = await trpc.notes.mine.query();

await auth.logout.mutate();
const [, ended] = await safe(trpc.notes.mine.query());
const afterwards = ended?.data && 'refusal' in ended.data ? ended.data.refusal.reason : 'no refusal';

console.log(
  'answer',
  JSON.stringify({ registered, again, text, name: user.name, me: me?.user.email, greeting, of: note.of, afterwards }),
);
