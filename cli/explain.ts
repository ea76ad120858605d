import { inspect } from 'node:util';

import { ZodError } from 'zod';

import { ConfigError } from '../server/config.ts';
import { OldServerFile } from '../server/db/old-server-file.ts';
import { Unusable } from '../server/db/sqlite-file.ts';
import { Refusal } from '../server/kernel/refusal.ts';
import { NotDone, WrongArguments } from './command.ts';
import { importCommands } from './import-commands.ts';
import type { Io } from './io.ts';

/** Why a command did not do what it should: a sentence for what was foreseen, all that is known of anything else. */
export function explain(error: unknown, { terminal }: Pick<Io, 'terminal'>): string {
  if (error instanceof OldServerFile) return `${error.message}\n\n${importCommands(error.path, terminal)}`;
  if (error instanceof ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
  const isForeseen = [ConfigError, NotDone, Refusal, Unusable, WrongArguments].some((kind) => error instanceof kind);
  return error instanceof Error && isForeseen ? error.message : inspect(error);
}
