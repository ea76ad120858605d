import { createAuthClient, memoryStorage } from 'latchkey-client';
import { logInInput } from 'latchkey-client/contract';

const auth = createAuthClient({ url: process.argv[2], storage: memoryStorage() });
const ada = logInInput.parse({ email: 'Ada@Example.com', password: 'correct horse battery' });
await auth.register.mutate({ email: ada.email, password: ada.password });
console.log((await auth.login.mutate(ada)).user.email);
