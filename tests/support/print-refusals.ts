import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { z } from 'zod';

import { userRefusals } from '../../server/features/users/contract.ts';
import { generalRefusals } from '../../server/kernel/refusals.ts';
import type { RefusalRow, RefusalRows } from '../../server/kernel/refusals.ts';
import { buildersThatDeclare, proceduresThatDeclare, refusalOf } from './declared-refusals.ts';
import { procedures } from './procedures.ts';
import { everySetOfRefusals } from './sets-of-refusals.ts';

const heads = ['Reason', 'Status', 'Text', 'Details'];

/** The first table in docs/refusals.md: what every procedure may refuse with. */
export const printGeneralRefusals = (): string => tableOf(heads, rowsOf(generalRefusals));

/** The second: what some do, by reason. */
export async function printOwnRefusals(): Promise<string> {
  const sets = (await everySetOfRefusals()).filter((rows) => rows !== generalRefusals);
  const printed = await Promise.all(
    sets.map(async (rows) => {
      const who = await whoDeclares(rows);
      return rowsOf(rows).map((cells) => [...cells, who]);
    }),
  );
  return tableOf(
    [...heads, 'Of which'],
    printed.flat().toSorted(([a = ''], [b = '']) => a.localeCompare(b, 'en')),
  );
}

function rowsOf(rows: RefusalRows): string[][] {
  return Object.entries<RefusalRow>(rows).map(([reason, [, text, details]]) => [
    `\`${reason}\``,
    String(getHTTPStatusCodeFromError(refusalOf(rows, reason))),
    text.replace(/\{\w+\}/g, (name) => `\`${name}\``),
    details
      ? Object.entries(details.shape)
          .map(([name, field]) => `\`${name}\`, ${inWords(field)}`)
          .join('; ')
      : '',
  ]);
}

async function whoDeclares(rows: RefusalRows): Promise<string> {
  const names = await proceduresThatDeclare(rows);
  const builders = await buildersThatDeclare(rows);
  const ofOperators = rows === userRefusals ? ['the functions of `auth.users`'] : [];
  const ofHosts =
    builders.length > 0 ? [`what a host starts from ${builders.map((name) => `\`${name}\``).join(', ')}`] : [];
  return [...summed(names), ...ofOperators, ...ofHosts].join('; ').replaceAll('`; `', '`, `');
}

/** All for whoever is signed in are named together, since no reader goes through forty names. */
function summed(names: string[]): string[] {
  const signedIn = procedures.filter(({ assurance }) => assurance !== 'none').map(({ path }) => path);
  const hasAll = signedIn.every((path) => names.includes(path));
  const others = names.filter((path) => !hasAll || !signedIn.includes(path)).map((path) => `\`${path}\``);
  return hasAll ? ['every procedure for somebody who is signed in', ...others] : others;
}

/** What a detail may be; an element of a list and a value of a record are words, too. */
function inWords(field: unknown): string {
  const schema = z.toJSONSchema(field as z.ZodType);
  if (schema.enum) return schema.enum.map((one) => `\`${String(one)}\``).join(' or ');
  if (schema.type === 'array' && typeof schema.items === 'object' && 'enum' in schema.items)
    return `a list of ${schema.items.enum?.map((one) => `\`${String(one)}\``).join(', ')}`;
  if (schema.type === 'object') return 'the faults of each field, by its name';
  return schema.format === 'date-time' ? 'an instant' : `a ${String(schema.type)}`;
}

const tableOf = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
