import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { root } from './process.ts';

/** Runs drizzle-kit as a developer does, and returns what it says. */
export async function drizzleKit(args: string[], url = 'file::memory:'): Promise<string> {
  const program = join(root, 'node_modules/drizzle-kit/bin.cjs');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url },
  });
  return stdout + stderr;
}
