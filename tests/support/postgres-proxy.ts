import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A proxy in front of PostgreSQL that can end connections at the worst moment. */
export interface PostgresProxy extends AsyncDisposable {
  /** The URL that was given, through the proxy. */
  url: string;
  /**
   * Whether each connection made from now on is ended by an operator in the packet that says that it is
   * ready: in TCP, PostgreSQL's two messages may well arrive as one.
   */
  endsWhenReady: boolean;
  /** How many were ended so. */
  ended: number;
}

export async function startPostgresProxy(url: string): Promise<PostgresProxy> {
  const { hostname, port } = new URL(url);
  const server = createServer((client) => {
    const postgres = connect(Number(port), hostname);
    let dies = proxy.endsWhenReady;
    client.on('error', () => {}).on('close', () => postgres.destroy());
    postgres.on('error', () => {}).on('close', () => client.end());
    client.on('data', (chunk) => postgres.write(chunk));
    postgres.on('data', (chunk: Buffer) => {
      if (!dies || !isReady(chunk)) return void client.write(chunk);
      dies = false;
      proxy.ended += 1;
      client.end(Buffer.concat([chunk, terminated]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: PostgresProxy = {
    url: through.href,
    endsWhenReady: false,
    ended: 0,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** ReadyForQuery is the last message of a packet that has one: Z, its length of five, and a state. */
const isReady = (chunk: Buffer): boolean => chunk.subarray(-6, -1).equals(Buffer.from('Z\0\0\0\x05', 'latin1'));

/** The ErrorResponse of a backend that `pg_terminate_backend` ends. */
const terminated = ((): Buffer => {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command'];
  const body = Buffer.from(`${fields.join('\0')}\0\0`, 'latin1');
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
})();
