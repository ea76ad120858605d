import { createAuth } from 'latchkey/server';
import type { Auth } from 'latchkey/server';

async function start(): Promise<Auth> {
  const publicUrl = process.env.PUBLIC_URL ?? 'http://localhost:3000';
  const auth = await createAuth({ databaseUrl: 'file:./app.db', publicUrl });
  await auth.migrate();
  return auth;
}

// Next.js puts this file into several bundles; the process must have one Latchkey.
const kept = globalThis as { auth?: Promise<Auth> };
export const auth = await (kept.auth ??= start());
