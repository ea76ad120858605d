import type { AuthClient } from 'latchkey/client';

/** All that is stored of whoever is signed in. */
export async function exportAll(auth: AuthClient) {
  const { nextCursor, ...data } = await auth.account.export.query();
  let cursor = nextCursor;
  while (cursor) {
    const page = await auth.account.events.query({ cursor, limit: 100 });
    data.events.push(...page.events);
    cursor = page.nextCursor;
  }
  return data;
}
