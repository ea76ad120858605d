import { z } from 'zod';

import { command, WrongArguments } from '../command.ts';
import { rowOf, tableHead } from './table.ts';
import { withUsers } from './with-users.ts';

/** So many are read at once: neither a large answer, nor many statements. */
const pageSize = 100;

export const list = command({
  summary: 'lists accounts, the oldest first',
  usage: `Lists the accounts in the database of DATABASE_URL, page by page, so that there may be any number. With
--json there is one line of JSON for each. Where --limit ends the list, its last id given to --after goes on.`,
  takes: [],
  options: {
    limit: { type: 'string', value: '<number>', about: 'so many at most' },
    'email-prefix': { type: 'string', value: '<text>', about: 'only those whose address begins so' },
    after: { type: 'string', value: '<id>', about: 'only those that come after this one' },
  },
  examples: [
    ['users list --limit 20', 'the first 20'],
    ['users list --email-prefix ada@', 'those whose address begins so'],
    ['users list --json', 'all, a line of JSON each'],
  ],
  async run({ values: { limit, after, 'email-prefix': emailPrefix } }, io) {
    let left = limit === undefined ? Infinity : wholeNumber(limit);
    let cursor = after === undefined ? undefined : idIn(after);
    return await withUsers(io, async ({ users }) => {
      if (!io.isJson) io.print(tableHead, null);
      while (left > 0) {
        const page = await users.list({ cursor, emailPrefix, limit: Math.min(left, pageSize) });
        for (const user of page.users) io.print(rowOf(user), user);
        left -= page.users.length;
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      return 0;
    });
  },
});

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new WrongArguments('--limit: must be a whole number above 0');
}

function idIn(text: string): string {
  const parsed = z.uuid().safeParse(text);
  if (parsed.success) return parsed.data;
  throw new WrongArguments('--after: must be the id of an account');
}
