import type { OldAccount } from '../../db/old-server-file.ts';
import type { Deps } from '../../deps.ts';
import { emailAddress, password } from '../../kernel/fields.ts';
import { newId } from '../../kernel/id.ts';
import { insertImportedUser } from './queries.ts';

export interface ImportReport {
  imported: number;
  /** Accounts that were left out, and why, in words. Ids in them are as the file has them, not fit for a terminal. */
  leftOut: { account: string; reason: string }[];
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
 * refused the others. Where the oldest cannot be brought over, none is: a later double may be
 * somebody else's.
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
  if (candidates.length === 0) onProgress(done);
  return { imported: candidates.length, leftOut };
}

function sortOut(accounts: OldAccount[]): { candidates: Candidate[]; leftOut: ImportReport['leftOut'] } {
  const candidates: Candidate[] = [];
  const leftOut: ImportReport['leftOut'] = [];
  const taken: Taken = { ids: new Set(), emails: new Map() };
  for (const account of accounts) {
    const found = examine(account, taken);
    if (typeof found === 'string') leftOut.push({ account: named(account), reason: found });
    else candidates.push(found);
  }
  return { candidates, leftOut };
}

/** What earlier accounts have, those too that were left out. */
interface Taken {
  ids: Set<string>;
  /** And how the account is called that has the address. */
  emails: Map<string, string>;
}

/** The account as it can be brought over, or the reason why it cannot; takes its id and its address in any case. */
function examine(account: OldAccount, { ids, emails }: Taken): Candidate | string {
  const { id } = account;
  const isIdTaken = id !== null && ids.has(id);
  if (id !== null) ids.add(id);

  const email = emailAddress.safeParse(account.email);
  if (!email.success) return 'its e-mail address is malformed';
  const first = emails.get(email.data);
  if (first !== undefined) return `its e-mail address is also that of ${first}, which comes first`;
  emails.set(email.data, named(account));

  if (id === null) return 'it could not be found again without an id';
  if (isIdTaken) return 'its id is also that of an account before it';
  const typed = password.safeParse(account.password);
  if (!typed.success) return 'its password is missing or longer than a login accepts';
  return { importedId: id, email: email.data, password: typed.data };
}

const named = ({ id }: OldAccount): string => (id === null ? 'an account without an id' : `id ${id}`);

async function toUser(
  { clock, hasher }: Pick<Deps, 'clock' | 'hasher'>,
  { importedId, email, password: typed }: Candidate,
) {
  return { id: newId(), createdAt: clock.now(), email, passwordHash: await hasher.hash(typed), importedId };
}
