import { createServer, request as ask } from 'node:http';

/**
 * Passes requests on to a server, and gives its answers 401 as 200: hydra takes every 401 for HTTP's
 * own authentication and gives up on the form.
 */
export async function startRelay(port: number): Promise<AsyncDisposable & { port: number }> {
  const relay = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const passedOn = ask({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      const status = answer.statusCode === 401 ? 200 : (answer.statusCode ?? 502);
      // hydra waits for the end of the connection, not for that of the answer.
      answer.pipe(response.writeHead(status, { ...answer.headers, connection: 'close' }));
    });
    passedOn.on('error', () => response.destroy());
    request.pipe(passedOn);
  });
  await new Promise<void>((resolve) => {
    relay.listen(0, '127.0.0.1', resolve);
  });
  const address = relay.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      relay.closeAllConnections();
      await new Promise((resolve) => {
        relay.close(resolve);
      });
    },
  };
}
