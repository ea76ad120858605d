import { command } from '../command.ts';
import { withUsers } from './with-users.ts';

export const resetLink = command({
  summary: 'makes a link by which somebody sets their password',
  usage: `Makes a link by which whoever has it sets the password of an account, once and within an hour; the one
before it is of no use any more. For when there is no mail: hand it over as you would a password. It leads
to the page APP_URL/reset-password, so APP_URL has to be the one of the server.`,
  takes: ['<who>'],
  options: {},
  examples: [['users reset-link ada@example.com', 'prints it']],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ users, named }) => {
      const link = await users.resetLink((await named(who)).id);
      io.print(link.url, link);
      io.note(`It may be used once, until ${link.expiresAt}.`);
      return 0;
    }),
});
