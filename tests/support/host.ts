import { createHTTPServer } from '@trpc/server/adapters/standalone';

import { hostRouter } from './host-router.ts';
import type { TestApp } from './test-app.ts';

/** A host with a tRPC of its own: superjson, an error formatter, procedures, and our router under `auth`. */
export interface Host extends AsyncDisposable {
  url: string;
}

export async function hostOf(app: TestApp): Promise<Host> {
  const server = createHTTPServer({
    router: hostRouter,
    createContext: (request) => ({
      ...app.auth.createContext(request),
      bearer: request.req.headers.authorization?.startsWith('Bearer ') ?? false,
    }),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === 'object' && address ? address.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
