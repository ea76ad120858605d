import { keepAsking } from '../keep-asking.ts';
import { get } from '../requests.ts';
import { median } from '../statistics.ts';
import { emailOf, password, sessionsEach, tokenOf } from './people.ts';

/** A server, and how many people its database has. */
export interface Grown {
  port: number;
  users: number;
}

export interface Latency {
  milliseconds: number;
  answers: number;
}

/** One connection that asks as another of all sessions each time, one after the other. */
export const measureMe = async ({ port, users }: Grown, milliseconds: number): Promise<Latency> =>
  await latencyOf(port, milliseconds, () => {
    const headers = { Authorization: `Bearer ${tokenOf(below(users * sessionsEach))}` };
    return get(port, { path: '/trpc/auth.me', headers, contains: '"user"' }).request;
  });

/** One connection on which another of all people logs in each time. */
export const measureLogin = async ({ port, users }: Grown, milliseconds: number): Promise<Latency> =>
  await latencyOf(port, milliseconds, () => {
    const body = JSON.stringify({ email: emailOf(below(users)), password });
    const head = `POST /trpc/auth.login HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json`;
    return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  });

// oxlint-disable-next-line no-restricted-properties -- no secret: whose turn it is in a benchmark
const below = (count: number): number => Math.floor(Math.random() * count);

async function latencyOf(port: number, milliseconds: number, next: () => string): Promise<Latency> {
  const took: number[] = [];
  const load = {
    port,
    status: 200,
    contains: '"user"',
    connections: 1,
    milliseconds,
    get request() {
      return next();
    },
  };
  await keepAsking(load, (_at, one) => took.push(one));
  return { milliseconds: median(took), answers: took.length };
}
