import { createServer } from 'node:http';

import { announce, noopAnswer } from './noop.ts';

// What Node alone does: the same bytes as the no-op over tRPC, written by hand.
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(noopAnswer);
});
server.listen(0, '127.0.0.1', () => announce(server));
