import { createAuthClient } from 'latchkey/client';

export const auth = createAuthClient({ url: 'http://localhost:3000' });
