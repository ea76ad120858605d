import { ConfigError } from '../server/config.ts';

/** The environment, and below it what a file `.env` in the working directory says. */
export function environmentWithFile(): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) throw new ConfigError([`.env cannot be read: ${String(error)}`]);
  }
  return process.env;
}
