import type { ChildProcess } from 'node:child_process';

import { ask, portOf, startChild } from '../../bench/children.ts';
import { environment } from '../../server/environment.ts';

/** A Latchkey server in a process of its own, with one account. */
export interface Target {
  port: number;
  url: string;
  /** A new session of the account. */
  logIn(): Promise<string>;
  /** How many answers were given, by status. */
  answers(): Promise<Answers>;
  /** What no attack may bring about: the end of the process, an answer that nobody wanted, an error in the log. */
  faults(): Promise<string[]>;
}

export type Answers = Record<string, number>;

/** Letters only: hydra writes others as in the address of a page, also in JSON. */
export const account = { email: 'adalovelace@example.com', password: 'CorrectHorseBattery' } as const;

interface Settings {
  folder: string;
  database: string;
  rateLimits: 'on' | 'off';
}

/** As `npm start` does, but with no setting of this shell or of a `.env`. */
export async function startTarget({ folder, database, rateLimits }: Settings): Promise<Target> {
  const settings = new Set(Object.keys(environment.shape));
  const inherited = Object.entries(process.env).filter(([name]) => !settings.has(name.toUpperCase()));
  const child = startChild('../cli/latchkey.ts', {
    args: ['serve'],
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: `file:./${database}`,
      RATE_LIMITS: rateLimits,
    },
    imports: ['../server/preload.mjs', new URL('./count-answers.ts', import.meta.url).href],
  });
  const errors = errorsIn(child);
  const port = await portOf(child);
  const url = `http://127.0.0.1:${port}`;
  await post(`${url}/api/auth/register`, account);
  const answers = async (): Promise<Answers> => await ask<Answers>(child, {});
  return {
    port,
    url,
    logIn: async () => await post(`${url}/api/auth/login`, account),
    answers,
    async faults() {
      if (child.exitCode !== null || child.signalCode !== null) return ['the server ended', ...errors];
      const isAlive = (await fetch(`${url}/readyz`)).ok;
      return [...(isAlive ? [] : ['the server is not ready']), ...unwanted(await answers()), ...errors];
    },
  };
}

/** 503 is BUSY: where the server itself is unwell, it also says so in its log. */
const unwanted = (answers: Answers): string[] =>
  Object.entries(answers)
    .filter(([status]) => Number(status) >= 500 && status !== '503')
    .map(([status, count]) => `${count} answers ${status}`);

/** Grows while the server runs. */
function errorsIn(child: ChildProcess): string[] {
  const errors: string[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    errors.push(...lines.filter((line) => /"level":"(error|fatal)"/.test(line)).map((line) => `in the log: ${line}`));
  });
  return errors;
}

async function post(url: string, body: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...body, deliver: 'token' }),
  });
  // Our own server's answer.
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`The server did not sign the account in: status ${response.status}`);
  return token;
}
