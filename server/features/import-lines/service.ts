import type * as z from 'zod';

import type { Deps } from '../../deps.ts';
import { storedFormOf } from '../../hashing/foreign-forms.ts';
import type { FirebaseProject } from '../../hashing/foreign-forms.ts';
import { emailAddress } from '../../kernel/fields.ts';
import { newId } from '../../kernel/id.ts';
import { isSameMailbox } from '../../kernel/same-mailbox.ts';
import { noPassword } from '../accounts/service.ts';
import { importedRow, objectIn } from './contract.ts';
import type { ImportedRow } from './contract.ts';
import { deleteUsersOfKeptAddresses, findIds, findKept, findUsersBy, insertUsers } from './queries.ts';
import type { NewImportedUser } from './queries.ts';

/** A line of a file, or why it could not be read. */
export type Line = { number: number } & ({ text: string } | { fault: string });

export interface ImportLinesReport {
  imported: number;
  /** Those that an earlier run has brought in. */
  alreadyThere: number;
  /** What is wrong with which line, in words. Names in them may be the file's, not fit for a terminal. */
  leftOut: { line: number; reason: string }[];
  /** Which of those that were imported are not confirmed, though their line says so, and why. */
  unconfirmed: { line: number; reason: string }[];
}

interface Options {
  /** Of accounts that come from Firebase, where their lines do not say it. */
  firebase?: FirebaseProject | undefined;
  /** Whether it is only looked at. */
  isDry?: boolean;
  onProgress?: (linesDone: number) => void;
}

/** So many are stored together. */
const inOneStep = 500;

/**
 * Brings in accounts, a line each, with the hashes that other systems have made of their passwords. It
 * may be done while servers work, be interrupted, and be done again: what is there already counts as done.
 * Of lines with one address the first is taken; where that cannot be brought in, none is: a later one
 * may be somebody else's. A line that cannot be read, being too long, no UTF-8 or no JSON, has no address
 * that could be known, and keeps none from a later one.
 */
export async function importLines(
  deps: Pick<Deps, 'db' | 'clock'>,
  lines: AsyncIterable<Line>,
  { firebase, isDry = false, onProgress = () => {} }: Options = {},
): Promise<ImportLinesReport> {
  const report: ImportLinesReport = { imported: 0, alreadyThere: 0, leftOut: [], unconfirmed: [] };
  const taken: Taken = { ids: new Map(), emails: new Map() };
  let step: Candidate[] = [];
  let done = 0;
  const bringIn = async (): Promise<void> => {
    await bringInStep(deps, step, { report, isDry });
    step = [];
    onProgress(done);
  };
  for await (const line of lines) {
    const found = examine(line, taken, firebase);
    if (typeof found === 'string') report.leftOut.push({ line: line.number, reason: found });
    else step.push(found);
    done = line.number;
    if (step.length === inOneStep) await bringIn();
  }
  await bringIn();
  for (const list of [report.leftOut, report.unconfirmed]) list.sort((one, other) => one.line - other.line);
  return report;
}

/** An account that can be brought in, unless the database has something against it. */
interface Candidate {
  line: number;
  importedId: string;
  row: ImportedRow;
  passwordHash: string;
  isConfirmed: boolean;
}

/** Which line has an address or an id first, also one that was left out. */
interface Taken {
  ids: Map<string, number>;
  emails: Map<string, number>;
}

/** The account in a line, or the reason why there is none; takes its id and its address in any case. */
function examine(line: Line, { ids, emails }: Taken, firebase: FirebaseProject | undefined): Candidate | string {
  if ('fault' in line) return line.fault;
  const written = objectIn(line.text);
  if (!written) return 'Is no JSON object.';

  const email = emailAddress.safeParse(written['email']);
  const firstOfEmail = email.success ? takenBy(emails, email.data, line.number) : undefined;
  const parsed = importedRow.safeParse(written);
  const id = importedRow.shape.id.safeParse(written['id']).data ?? email.data;
  const firstOfId = id === undefined ? undefined : takenBy(ids, id, line.number);

  if (firstOfEmail !== undefined) return `email: Is also that of line ${firstOfEmail}, which comes first.`;
  if (!parsed.success) return parsed.error.issues.flatMap(inWords).join(' ');
  if (firstOfId !== undefined) return `id: Is also that of line ${firstOfId}, which comes first.`;
  const { passwordHash } = parsed.data;
  const form = passwordHash ? storedFormOf(passwordHash, firebase) : { stored: noPassword };
  if ('fault' in form) return `passwordHash: ${form.fault}`;
  const importedId = parsed.data.id ?? parsed.data.email;
  return {
    line: line.number,
    importedId,
    row: parsed.data,
    passwordHash: form.stored,
    isConfirmed: parsed.data.emailVerified === true && isSameMailbox(String(written['email']), parsed.data.email),
  };
}

function takenBy(lines: Map<string, number>, key: string, line: number): number | undefined {
  const first = lines.get(key);
  if (first === undefined) lines.set(key, line);
  return first;
}

/** As the API says it, by field. */
function inWords(issue: z.core.$ZodIssue): string[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${[...path, key].join('.')}: Is not known here.`);
  return [path.length > 0 ? `${path.join('.')}: ${message}` : message];
}

/** What a conflict with somebody who stores at the same moment has left over is looked at anew, which a third time is not needed. */
const mostTries = 5;

async function bringInStep(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  step: Candidate[],
  { report, isDry }: { report: ImportLinesReport; isDry: boolean },
): Promise<void> {
  let rest = step;
  for (let time = 0; rest.length > 0; time += 1) {
    const now = clock.now();
    const fresh = await sortOut({ db, now }, rest, report);
    if (isDry) addImported(report, fresh);
    if (isDry || fresh.length === 0) return;
    if (time === mostTries) throw new Error('The database neither takes accounts nor says that they are there.');

    const users = fresh.map((candidate) => ({ candidate, user: toUser(candidate, now) }));
    const rows = users.map(({ user }) => user);
    await db.atomically((tx) => [insertUsers(tx, rows), deleteUsersOfKeptAddresses(tx, rows, now)]);
    const stored = await findIds(
      db,
      rows.map(({ id }) => id),
    );
    addImported(
      report,
      users.filter(({ user }) => stored.has(user.id)).map(({ candidate }) => candidate),
    );
    rest = users.filter(({ user }) => !stored.has(user.id)).map(({ candidate }) => candidate);
  }
}

function addImported(report: ImportLinesReport, accounts: Candidate[]): void {
  report.imported += accounts.length;
  for (const { line, row, isConfirmed } of accounts)
    if (row.emailVerified && !isConfirmed) report.unconfirmed.push({ line, reason: otherAddress });
}

const otherAddress = 'emailVerified: Is not taken over, because our form of the address is another text.';

/** Those that the database has nothing against; of the others the report says it. */
async function sortOut(
  { db, now }: Pick<Deps, 'db'> & { now: Date },
  step: Candidate[],
  report: ImportLinesReport,
): Promise<Candidate[]> {
  const emails = step.map(({ row }) => row.email);
  const ofEmails = await findUsersBy(db, { emails });
  const ofIds = await findUsersBy(db, { importedIds: step.map(({ importedId }) => importedId) });
  const unconfirmed = new Set(ofEmails.filter((user) => !user.emailVerifiedAt).map(({ email }) => email));
  const taken = new Set([...ofEmails.map(({ email }) => email), ...(await findKept(db, emails, now))]);
  const emailOfId = new Map(ofIds.map(({ importedId, email }) => [importedId, email]));
  return step.filter(({ line, importedId, row: { email }, isConfirmed }) => {
    const known = emailOfId.get(importedId);
    if (known === email) report.alreadyThere += 1;
    else if (known !== undefined) report.leftOut.push({ line, reason: otherAddressByNow });
    else if (isConfirmed && unconfirmed.has(email)) report.leftOut.push({ line, reason: takenUnconfirmed });
    else if (taken.has(email)) report.leftOut.push({ line, reason: 'email: Has an account already.' });
    else return true;
    return false;
  });
}

const otherAddressByNow = 'id: Is that of an account which has another address by now.';

/** It may be that of a squatter, who has registered before the owner could. */
const takenUnconfirmed = "email: Has an account already that nobody has confirmed, which may be somebody else's.";

function toUser({ importedId, row, passwordHash, isConfirmed }: Candidate, now: Date): NewImportedUser {
  const { email, name, createdAt, locale, disabled } = row;
  return {
    id: newId(),
    createdAt: createdAt ?? now,
    email,
    emailVerifiedAt: isConfirmed ? now : null,
    name: name ?? null,
    locale: locale ?? null,
    passwordHash,
    importedId,
    disabledAt: disabled ? now : null,
  };
}
