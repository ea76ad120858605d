import type { Server } from 'node:http';

/** What tRPC says when a query returns `null`. */
export const noopAnswer = '{"result":{"data":null}}';

/** Prints the address in the form in which Latchkey does, so that one reader finds either. */
export function announce(server: Pick<Server, 'address'>): void {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`Server running at http://localhost:${address.port}`);
}
