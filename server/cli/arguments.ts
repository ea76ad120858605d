import { parseArgs } from 'node:util';

import { environment } from '../environment.ts';
import { OldServerFile } from '../db/old-server-file.ts';
import { Unusable } from '../db/sqlite-file.ts';
import { importCommands } from './import-commands.ts';

/** What was typed cannot be meant; the message says why. */
export class WrongArguments extends Error {}

/** The options of a command that takes one database or file to another. */
export function readArguments(): { from?: string; to?: string; help?: boolean } {
  try {
    const options = {
      from: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new WrongArguments(error instanceof Error ? error.message : String(error));
  }
}

/** A URL by the rule for DATABASE_URL, which is also the rule where it comes from an option. */
export function databaseUrl(name: string, url: string | undefined): string {
  const parsed = environment.shape.DATABASE_URL.safeParse(url);
  if (parsed.success) return parsed.data;
  throw new WrongArguments(parsed.error.issues.map(({ message }) => `${name}: ${message}`).join('\n'));
}

/** What a database warns of while it is opened, for whoever looks on. */
export const warnings = { warn: (_entry: object, text?: string) => void (text && console.error(text)) };

/** Says why a command did not do what it should, and ends it with 1, or with 2 for wrong arguments. */
export function fail(error: unknown): void {
  console.error(explain(error));
  process.exitCode = error instanceof WrongArguments ? 2 : 1;
}

function explain(error: unknown): unknown {
  if (error instanceof OldServerFile) return `${error.message}\n\n${importCommands(error.path, process)}`;
  return error instanceof WrongArguments || error instanceof Unusable ? error.message : error;
}
