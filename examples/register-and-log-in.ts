import { createAuthClient, refusalOf, safe } from '../client/index.ts';

const auth = createAuthClient({ url: process.env['AUTH_URL'] ?? 'http://localhost:3000' });
const ada = { email: 'ada@example.com', password: 'correct horse battery' };

const [answer, refused] = await safe(auth.register.mutate({ ...ada, name: 'Ada' }));
if (answer?.status === 'signedIn') console.log('Welcome,', answer.user.name);
else if (answer?.status === 'checkYourMail') console.log('Follow the link in the mail first');
else if (answer) console.log('Set up a second factor by auth.factors.enrol');
else if (refusalOf(refused)?.reason === 'EMAIL_TAKEN') console.log('Welcome back');
else throw refused;

const loggedIn = await auth.login.mutate(ada);
if (loggedIn.status === 'signedIn') console.log('Logged in as', loggedIn.user.email);
else console.log('Show one of', loggedIn.methods, 'by auth.factors.prove');
