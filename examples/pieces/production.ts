import { createAuth } from 'latchkey/server';
import type { Auth, AuthOptions } from 'latchkey/server';

export async function inProduction(databaseUrl: string, mailer: AuthOptions['mailer']): Promise<Auth> {
  const auth = await createAuth({
    databaseUrl,
    publicUrl: 'https://app.example.com',
    trustedProxies: ['10.0.0.1'],
    mailer,
  });
  return auth;
}
