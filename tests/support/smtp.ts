import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { callbackify } from 'node:util';

import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

/** A mail as it came over the wire, and as a program for mails reads it. */
export interface Received {
  from: string;
  to: string[];
  isEncrypted: boolean;
  raw: string;
  mail: ParsedMail;
}

export interface MailServer extends AsyncDisposable {
  port: number;
  /** What it has taken, the newest last. */
  received: Received[];
  /** How many connections there were so far. */
  connections(): number;
  /** How many there are now. */
  open(): number;
}

export interface MailServerOptions extends SMTPServerOptions {
  /** The one of a server that is gone. */
  port?: number;
  /** What it answers to whom a mail is for: a code and a text that repeats the address. */
  refuses?: () => number | undefined;
}

/** A real mail server on loopback, which keeps what it takes. */
export async function mailServer({ port = 0, refuses, ...options }: MailServerOptions = {}): Promise<MailServer> {
  const received: Received[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    ...(!options.key && { disabledCommands: ['STARTTLS'] }),
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onRcptTo({ address }, _session, done) {
      const responseCode = refuses?.();
      if (responseCode === undefined) done();
      else done(Object.assign(new Error(`<${address}> is not taken`), { responseCode }));
    },
    onData(stream, { envelope, secure }, done) {
      const keep = async (): Promise<void> => {
        const raw = await read(stream);
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, to, isEncrypted: secure, raw, mail: await simpleParser(raw) });
      };
      callbackify(keep)(done);
    },
    ...options,
  });
  // A client that does not trust it says so in an alert, and goes.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    open: () => server.connections.size,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const connection of server.connections) connection.close();
      await closed;
    },
  };
}

/** Something that listens where a mail server should, and does with each connection what it is told. */
export async function noMailServer(treat: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A mail server that lets everybody in and takes no mail: a real one waits a tenth of a second before it greets. */
export const quickMailServer = async () =>
  await noMailServer((socket) => {
    socket.write('220 ready\r\n');
    socket.on('data', (line) => void socket.write(`${/^QUIT/i.test(String(line)) ? 221 : 250} yes\r\n`));
  });

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
