import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

import type { Asked } from './mix.ts';

/** Connections that stay open, as behind a proxy. */
export const connections = 16;
const agent = new Agent({ keepAlive: true, maxSockets: connections });

/** Asks, and returns the body. Another status than was expected ends the run. */
export async function ask(port: number, { method, path, token, body, status }: Asked): Promise<string> {
  const answer = await new Promise<{ status: number | undefined; body: Promise<string> }>((resolve, reject) => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const asked = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) =>
      resolve({ status: response.statusCode, body: text(response) }),
    );
    asked.once('error', reject);
    asked.end(body);
  });
  const received = await answer.body;
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} for ${status}\n${received}`);
  return received;
}
