import type { OldAccount } from '../../db/old-server-file.ts';
import type { Deps } from '../../deps.ts';
import { emailAddress, password } from '../../kernel/fields.ts';
import { newId } from '../../kernel/id.ts';
import { insertImportedUser } from './queries.ts';

export interface ImportReport {
  imported: number;
  /** Accounts that were left out, and why, in words. */
  leftOut: { id: string; reason: string }[];
}

/** An account that can be brought over: canonical address, usable password. */
interface Candidate {
  importedId: string;
  email: string;
  password: string;
}

/** How many passwords are hashed at a time: as many as Node's thread pool has threads. */
const atOnce = 4;

/**
 * Brings accounts of the old server into a new database, their plain passwords hashed on the way.
 * Where several have one address the oldest is kept, as it would have been had the old table
 * refused the others.
 *
 * @param onProgress is told after each step how many accounts are done
 */
export async function importAccounts(
  deps: Pick<Deps, 'db' | 'clock' | 'hasher'>,
  accounts: OldAccount[],
  onProgress: (done: number) => void,
): Promise<ImportReport> {
  const { candidates, leftOut } = sortOut(accounts);
  let done = leftOut.length;
  for (let start = 0; start < candidates.length; start += atOnce) {
    const users = await Promise.all(
      candidates.slice(start, start + atOnce).map(async (one) => await toUser(deps, one)),
    );
    await deps.db.atomically((tx) => users.map((user) => insertImportedUser(tx, user)));
    done += users.length;
    onProgress(done);
  }
  return { imported: candidates.length, leftOut };
}

function sortOut(accounts: OldAccount[]): { candidates: Candidate[]; leftOut: ImportReport['leftOut'] } {
  const byEmail = new Map<string, Candidate>();
  const leftOut: ImportReport['leftOut'] = [];
  for (const account of accounts) {
    const email = emailAddress.safeParse(account.email);
    const typed = password.safeParse(account.password);
    const first = email.success ? byEmail.get(email.data) : undefined;
    const leaveOut = (reason: string): unknown => leftOut.push({ id: account.id, reason });

    if (!email.success) leaveOut('its e-mail address is malformed');
    else if (first) leaveOut(`its e-mail address is also that of id ${first.importedId}, which was kept`);
    else if (!typed.success) leaveOut('its password is missing or longer than a login accepts');
    else byEmail.set(email.data, { importedId: account.id, email: email.data, password: typed.data });
  }
  return { candidates: [...byEmail.values()], leftOut };
}

async function toUser(
  { clock, hasher }: Pick<Deps, 'clock' | 'hasher'>,
  { importedId, email, password: typed }: Candidate,
) {
  return { id: newId(), createdAt: clock.now(), email, passwordHash: await hasher.hash(typed), importedId };
}
