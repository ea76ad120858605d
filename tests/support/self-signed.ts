import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { temporaryFolder } from './temporary-folder.ts';

/** A key and a certificate for `localhost`, or for the names that are given, such as `IP:127.0.0.1`, that nobody has signed but itself; `undefined` where there is no openssl. */
export function selfSigned(names?: string): Record<'server.key' | 'server.crt', Buffer> | undefined {
  using folder = temporaryFolder();
  const [key, certificate] = [folder.file('server.key'), folder.file('server.crt')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  if (names !== undefined) args.push('-addext', `subjectAltName=${names}`);
  try {
    execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { 'server.key': readFileSync(key), 'server.crt': readFileSync(certificate) };
}
