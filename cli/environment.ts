import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { ConfigError } from '../server/config.ts';

/** The environment, and below it what a file `.env` in the working directory says. */
export function environmentWithFile(): NodeJS.ProcessEnv {
  read(() => process.loadEnvFile('.env'));
  return process.env;
}

/** What is set in that file, by name. */
export const namesInFile = (): string[] => Object.keys(read(() => parseEnv(readFileSync('.env', 'utf8'))) ?? {});

/** `undefined` where there is no such file. */
function read<Result>(reading: () => Result): Result | undefined {
  try {
    return reading();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) throw new ConfigError([`.env cannot be read: ${String(error)}`]);
    return undefined;
  }
}
