import type { Command } from './command.ts';

/** Every command. Each is loaded only when it is asked for: the server starts without the import, and the other way round. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  migrate: async () => (await import('./migrate.ts')).migrate,
  import: async () => (await import('./import.ts')).importing,
  backup: async () => (await import('./backup.ts')).backup,
  move: async () => (await import('./move.ts')).move,
  reseal: async () => (await import('./reseal.ts')).reseal,
};
