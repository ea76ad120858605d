import type { Command } from './command.ts';

/** Every command. Each is loaded only when it is asked for: the server starts without the import, and the other way round. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  migrate: async () => (await import('./migrate.ts')).migrate,
  import: async () => (await import('./import.ts')).importing,
  backup: async () => (await import('./backup.ts')).backup,
  move: async () => (await import('./move.ts')).move,
  doctor: async () => (await import('./doctor/doctor.ts')).doctor,
  reseal: async () => (await import('./reseal.ts')).reseal,
  openapi: async () => (await import('./openapi.ts')).openApi,
  'users list': async () => (await import('./users/list.ts')).list,
  'users show': async () => (await import('./users/show.ts')).show,
  'users create': async () => (await import('./users/create.ts')).create,
  'users disable': async () => (await import('./users/changes.ts')).disable,
  'users enable': async () => (await import('./users/changes.ts')).enable,
  'users sign-out': async () => (await import('./users/changes.ts')).signOut,
  'users reset-link': async () => (await import('./users/reset-link.ts')).resetLink,
  'users set-admin': async () => (await import('./users/changes.ts')).setAdmin,
  'users remove-factors': async () => (await import('./users/changes.ts')).removeFactors,
  'users delete': async () => (await import('./users/changes.ts')).remove,
};
