import { createAuthClient, sessionOf } from 'latchkey/client';
import { live } from 'latchkey/client/live';

const auth = createAuthClient({ url: 'https://auth.example.com' });
export const session = sessionOf(auth);
export const stop = live(auth);
