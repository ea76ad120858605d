import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

import { expect } from 'vitest';

import { run, withNode } from './process.ts';
import type { Running } from './process.ts';

const importLine = 'exec node --import ./server/preload.mjs cli/latchkey.ts import';

/** The command, in a folder of the project. */
export const importing = (cwd: string, args: string, env: Record<string, string> = {}): Running =>
  run(`${importLine} ${args}`, { cwd, env: { ...withNode(), ...env } });

/** A file with so many accounts, all with the hash of one password. */
export async function writeAccounts(path: string, count: number, passwordHash: unknown): Promise<void> {
  const file = createWriteStream(path);
  for (let index = 0; index < count; index += 1) {
    const row = {
      id: index,
      email: `User${index}@Example.com`,
      name: `User ${index}`,
      emailVerified: true,
      passwordHash,
    };
    if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/**
 * Brings in 100,000 accounts: killed in the middle, run again, and run a third time. Each is brought in once.
 *
 * @param count how many of them there are
 * @returns how many seconds the second took
 */
export async function importMany(
  { cwd, databaseUrl, file }: { cwd: string; databaseUrl: string; file: string },
  count: () => Promise<number>,
): Promise<number> {
  const env = { DATABASE_URL: databaseUrl };
  await using killed = importing(cwd, file, env);
  await killed.until(/[45]\d{4} of 100000/);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const half = await count();

  const started = performance.now();
  await using second = importing(cwd, `${file} --json`, env);
  const { code } = await second.ended;
  const seconds = (performance.now() - started) / 1000;
  await using third = importing(cwd, `${file} --json`, env);
  await third.ended;

  expect(half).toBeGreaterThanOrEqual(40_000);
  expect(half).toBeLessThan(100_000);
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(60);
  const rest = { isDry: false, leftOut: [], unconfirmed: [] };
  expect(reportIn(second)).toEqual({ ...rest, imported: 100_000 - half, alreadyThere: half });
  expect(reportIn(third)).toEqual({ ...rest, imported: 0, alreadyThere: 100_000 });
  expect(await count()).toBe(100_000);
  return seconds;
}

const reportIn = (running: Running): unknown => JSON.parse(/^\{.*\}$/m.exec(running.printed())?.[0] ?? '{}');
