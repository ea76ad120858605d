import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import Sqlite from 'better-sqlite3';

// Every mistake that the tools look for, each on purpose: a tool that does not find it here is blind.
const db = new Sqlite(':memory:');
db.exec("CREATE TABLE users (email TEXT, name TEXT); INSERT INTO users VALUES ('ada@example.com', 'Ada')");

const answer = (response: ServerResponse, status: number, body: string): void =>
  void response.writeHead(status, { 'Content-Type': 'text/html' }).end(body);

/** A statement made of what was sent, and an error that tells of it. */
function find(response: ServerResponse, email: string): void {
  try {
    const found = db.prepare(`SELECT name FROM users WHERE email = '${email}'`).all();
    answer(response, 200, found.length > 0 ? 'Welcome' : 'Unknown');
  } catch (error) {
    answer(response, 500, `sqlite3.OperationalError: ${String(error)}`);
  }
}

function logIn(response: ServerResponse, body: string): void {
  const [, email = ''] = /"email": *"(.*)"}$/.exec(body) ?? [];
  find(response, email.replaceAll(String.raw`\"`, '"'));
}

const server = createServer({ headersTimeout: 0, requestTimeout: 0 }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/.git/config') answer(response, 200, '[core]');
  else if (pathname === '/hello') answer(response, 200, `<p>Hello ${searchParams.get('name') ?? ''}</p>`);
  else if (pathname === '/find') find(response, searchParams.get('email') ?? '');
  else if (pathname === '/login' && request.method === 'POST') void text(request).then((body) => logIn(response, body));
  else answer(response, 404, 'Nothing');
});
// As many as a server of few processes or threads has.
server.maxConnections = 50;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`Server running at http://localhost:${typeof address === 'object' && address ? address.port : 0}`);
});
