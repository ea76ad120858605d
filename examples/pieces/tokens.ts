import type { Express } from 'express';
import type { AuthClient } from 'latchkey/client';
import type { Auth } from 'latchkey/server';

/** In a page, or in a program that is signed in: calls another service as whoever is. */
export async function notesFrom(service: string, auth: AuthClient): Promise<Response> {
  const { jwt } = await auth.token.issue.mutate();
  return await fetch(`${service}/notes`, { headers: { authorization: `Bearer ${jwt}` } });
}

/** In your own app: where the services find the public keys. */
export function serveKeys(app: Express, auth: Auth): void {
  app.get('/.well-known/jwks.json', async (_, response) => {
    response.set('Cache-Control', 'public, max-age=300').json(await auth.jwks());
  });
}
