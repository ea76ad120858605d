import { Unusable } from './sqlite-file.ts';

/** Where a database is, without the password: for the log and for sentences. */
export function nameOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `postgres://${hostname || 'localhost'}${port && `:${port}`}${pathname}`;
}

/** The sentence for what the network, PostgreSQL or a migration threw while the database was opened. */
export function unusableBecause(url: string, error: unknown): Unusable {
  return error instanceof Unusable ? error : new Unusable(`The database ${nameOf(url)} ${reasonOf(error)}`);
}

function reasonOf(thrown: unknown): string {
  // Drizzle's migrator wraps what PostgreSQL says.
  const error = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && 'syscall' in error && error.syscall === 'open')
    return `cannot be reached safely, for want of a certificate: ${error.message}.`;
  const known = reasons.find(([pattern]) => pattern.test(code));
  if (known) return known[1];
  const message = error instanceof Error ? error.message : String(error);
  if (/SSL|certificate/i.test(message)) return `cannot be reached safely: ${message}.`;
  if (/password must be a string/i.test(message)) return 'asks for a password: put it into DATABASE_URL or PGPASSWORD.';
  if (/timeout/.test(message)) return 'does not answer. Start it, or set DATABASE_URL.';
  return `cannot be opened: ${message}`;
}

const reasons: [RegExp, string][] = [
  // ENOENT: of a socket.
  [/^(ECONN|EHOST|ENET|ETIMEDOUT|ENOENT|57P)/, 'does not answer. Start it, or set DATABASE_URL.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'is on a host that has no address. Set DATABASE_URL to the right one.'],
  [/^EACCES$/, 'has a socket that this user may not use. Give it the right, or set DATABASE_URL.'],
  [/^28/, 'refuses this user or password. Set DATABASE_URL to the right ones.'],
  [/^3D000$/, 'does not exist. Make it with createdb, or set DATABASE_URL to another.'],
  [
    /^42501$/,
    'may not be used by this user. Run latchkey migrate as its owner, and let this user read and write the tables (docs/operating.md, Roles).',
  ],
  [/^53300$/, 'has no connection left. Lower DATABASE_POOL_SIZE, or raise max_connections.'],
  [/^55P03$/, 'is locked by another program, such as a backup. Start again when it is done, or end it: see pg_locks.'],
  [/^25006$/, 'is read-only, a standby perhaps. Set DATABASE_URL to the primary.'],
];
