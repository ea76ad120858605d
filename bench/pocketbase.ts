import { execFileSync } from 'node:child_process';

import { freePort } from '../tests/support/postgres-cluster.ts';
import { startProgram } from './children.ts';
import { get, password, reader, send } from './requests.ts';
import type { Subject } from './subjects.ts';

/** The binary that is measured, where there is one. */
export const pocketBaseBinary = process.env['POCKETBASE_BIN'];

export const pocketBaseVersion = (binary: string): string =>
  execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();

/**
 * A user of its default collection reads its own record, by token: what `me` does here. `auth-refresh` would sign
 * a token besides.
 */
export async function startPocketBase(binary: string, folder: string): Promise<Subject> {
  const port = await freePort();
  const server = startProgram(binary, ['serve', `--http=127.0.0.1:${port}`, `--dir=${folder}/pocketbase`]);
  await untilItAnswers(port);
  const users = '/api/collections/users';
  await send(port, `${users}/records`, { email: reader, password, passwordConfirm: password });
  const signedIn = await send(port, `${users}/auth-with-password`, { identity: reader, password });
  // As its documentation of auth-with-password has it.
  const { token, record } = (await signedIn.json()) as { token: string; record: { id: string } };
  const path = `${users}/records/${record.id}`;
  return { server, request: get(port, { path, contains: reader, headers: { Authorization: token } }) };
}

async function untilItAnswers(port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await send(port, '/api/health');
      return;
    } catch (error) {
      if (tries === 100) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
