import { createAuthClient, refusalOf, safe } from '../client/index.ts';

const auth = createAuthClient({ url: process.env['AUTH_URL'] ?? 'http://localhost:3000' });
const ada = { email: 'ada@example.com', password: 'correct horse battery' };

const [registered, refused] = await safe(auth.register.mutate({ ...ada, name: 'Ada' }));
if (registered) console.log('Welcome,', registered.user.name);
else if (refusalOf(refused)?.reason === 'EMAIL_TAKEN') console.log('Welcome back');
else throw refused;

const { user } = await auth.login.mutate(ada);
console.log('Logged in as', user.email);
