// What idle streams of auth.sessions.changes take of a server: `node bench/streams.ts`, under a minute and a half.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { testApp } from '../tests/support/test-app.ts';

const people = 100;
const streamsEach = 10;
const observedSeconds = 30;

interface Usage {
  rss: number;
  cpu: number;
}

/** The server in a process of its own: what its readers take is not counted. */
async function serve(): Promise<void> {
  const app = await testApp({ env: { RATE_LIMITS: 'off', LOG_LEVEL: 'silent' } });
  process.on('message', () => {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send?.({ rss: process.memoryUsage().rss, cpu: (user + system) / 1000 } satisfies Usage);
  });
  process.on('disconnect', () => void app[Symbol.asyncDispose]().then(() => process.exit()));
  process.send?.(app.url);
}

async function openStream(url: string, cookie: string): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /trpc/auth.sessions.changes HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`);
  await new Promise<void>((resolve) => socket.on('data', (data) => data.includes('"connected"') && resolve()));
  return socket;
}

async function measure(): Promise<void> {
  const server = fork(import.meta.filename, ['serve'], {
    execArgv: ['--expose-gc', '--import', './server/preload.mjs'],
  });
  const [url] = (await once(server, 'message')) as [string];
  const usage = async (): Promise<Usage> => {
    server.send('usage');
    return ((await once(server, 'message')) as [Usage])[0];
  };
  const register = async (index: number): Promise<string> => {
    const body = JSON.stringify({ email: `p${index}@example.com`, password: 'correct horse battery' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body });
    return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  };
  const cookies: string[] = [];
  for (let index = 0; index < people; index += 1) cookies.push(await register(index));
  await sleep(2000);
  const before = await usage();
  const sockets: Socket[] = [];
  for (let time = 0; time < streamsEach; time += 1)
    sockets.push(...(await Promise.all(cookies.map(async (cookie) => await openStream(url, cookie)))));
  await sleep(20_000);
  const open = await usage();
  await sleep(observedSeconds * 1000);
  const later = await usage();
  const kilobytes = (later.rss - before.rss) / 1024 / sockets.length;
  const share = (later.cpu - open.cpu) / (observedSeconds * 10);
  console.log(`${sockets.length} streams: ${kilobytes.toFixed(0)} kB each, ${share.toFixed(1)} % of a core for all`);
  for (const socket of sockets) socket.destroy();
  server.disconnect();
}

await (process.argv[2] === 'serve' ? serve() : measure());
