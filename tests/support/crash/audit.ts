import { createHash } from 'node:crypto';

import Sqlite from 'better-sqlite3';

import { openDatabase } from '../../../server/db/open-database.ts';
import { createCaller } from './call.ts';
import type { Caller } from './call.ts';
import { acknowledgedAccounts, sessionsOf } from './journal.ts';
import type { Journal, JournaledAccount } from './journal.ts';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const isSqlite = (url: string): boolean => url.startsWith('file:');

/** Everything that contradicts the journal, a sentence each: in its answers, in the database, and from the server. */
export async function audit(journal: Journal, at: { databaseUrl: string; url: () => string }): Promise<string[]> {
  using call = createCaller(at.url);
  const stored = await auditDatabase(journal, at.databaseUrl);
  return [...journal.contradictions, ...stored, ...(await auditServer(journal, call))];
}

/** Everything in the database that contradicts the journal, a sentence each. Nothing may write meanwhile. */
async function auditDatabase(journal: Journal, url: string): Promise<string[]> {
  const rows = await rowsOf(url);
  const { users, sessions } = rows;
  const usersOf = Map.groupBy(users, ({ email }) => email);
  const sessionsByUser = Map.groupBy(sessions, ({ userId }) => userId);
  const asked = new Map(journal.accounts.map((account) => [account.email, account]));
  const stored = new Set(sessions.map(({ tokenHash }) => Buffer.from(tokenHash).toString('hex')));

  return [
    ...(isSqlite(url) ? faultsOfFile(url.slice('file:'.length)) : []),
    ...acknowledgedAccounts(journal)
      .filter(({ email, id }) => usersOf.get(email)?.[0]?.id !== id)
      .map(({ email }) => `the acknowledged registration of ${email} is lost`),
    ...[...usersOf].filter(([, rows]) => rows.length > 1).map(([email]) => `${email} is there twice`),
    ...[...usersOf.keys()].filter((email) => !asked.has(email)).map((email) => `nobody asked for ${email}`),
    ...faultsOfEvents(rows),
    ...users.flatMap(({ id, email }) =>
      faultsOfSessions(sessionsByUser.get(id)?.length ?? 0, asked.get(email), stored),
    ),
    ...sessionsOf(journal, 'live')
      .filter(({ token }) => !stored.has(hashOf(token)))
      .map(() => 'an acknowledged session is lost'),
    ...sessionsOf(journal, 'ended')
      .filter(({ token }) => stored.has(hashOf(token)))
      .map(() => 'a session that was acknowledged as ended is there'),
  ];
}

/** Beyond what was acknowledged there is at most one session for each sign-in without an answer. */
function faultsOfSessions(found: number, account: JournaledAccount | undefined, stored: Set<string>): string[] {
  if (!account) return [];
  // Registration makes a user and a session: whoever heard nothing has both or neither.
  if (!account.id) return found === 1 ? [] : [`${account.email} is half made: a user with ${found} sessions`];
  const known = account.sessions.filter(({ token }) => stored.has(hashOf(token))).length;
  if (found - known <= account.unansweredLogins) return [];
  return [`${account.email} has ${found - known} sessions for ${account.unansweredLogins} unanswered sign-ins`];
}

interface Rows {
  users: { id: string; email: string }[];
  sessions: { id: string; userId: string; tokenHash: Buffer }[];
  events: { kind: string; userId: string | null; data: string }[];
}

/** Each change is there with its event, or neither is. */
function faultsOfEvents({ users, sessions, events }: Rows): string[] {
  const of = (kind: string) => events.filter((event) => event.kind === kind);
  const idsOf = (kind: string): string[] => of(kind).map(({ data }) => JSON.parse(data).sessionId);
  const registered = of('user.registered').map(({ userId }) => userId);
  const started = idsOf('session.started');
  const ended = idsOf('session.ended');
  const differ = (some: unknown[], others: unknown[]): boolean => some.toSorted().join() !== others.toSorted().join();
  return [
    ...(differ(
      registered,
      users.map(({ id }) => id),
    )
      ? ['the users are not those of whom an event tells']
      : []),
    ...(differ(started, [...sessions.map(({ id }) => id), ...ended])
      ? ['the sessions are not those of which events tell']
      : []),
  ];
}

async function rowsOf(url: string): Promise<Rows> {
  const db = await openDatabase(url, { poolSize: 1, log: { warn: () => {} } });
  try {
    const { orm, tables } = db;
    return {
      users: await orm.select().from(tables.users),
      sessions: await orm.select().from(tables.sessions),
      events: await orm.select().from(tables.events),
    };
  } finally {
    await db.close();
  }
}

function faultsOfFile(path: string): string[] {
  const client = new Sqlite(path, { readonly: true });
  try {
    const found = client.pragma('integrity_check', { simple: true });
    const orphans = client.pragma('foreign_key_check') as unknown[];
    return [
      ...(found === 'ok' ? [] : [`the file is damaged: ${String(found)}`]),
      ...(orphans.length === 0 ? [] : [`${orphans.length} rows refer to nobody`]),
    ];
  } finally {
    client.close();
  }
}

/** Everything that the server answers against the journal: who may come in, and which sessions it takes. */
async function auditServer(journal: Journal, call: Caller): Promise<string[]> {
  const faults: string[] = [];
  for (const { email, password, id, sessions } of acknowledgedAccounts(journal)) {
    const login = await call('/api/auth/login', { body: { email, password } });
    if (login?.status !== 200) faults.push(`${email} cannot log in: ${login?.status}`);
    for (const { token, state } of sessions) {
      const read = await call('/api/auth/me', { token });
      const isAccepted = read?.status === 200 && (read.body['user'] as { id?: unknown } | undefined)?.id === id;
      if (state === 'live' && !isAccepted) faults.push(`a session of ${email} is refused: ${read?.status}`);
      if (state === 'ended' && read?.status !== 401) faults.push(`an ended session of ${email}: ${read?.status}`);
    }
  }
  return faults;
}
