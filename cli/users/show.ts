import { factorsOf } from '../../server/features/methods/service.ts';
import { command } from '../command.ts';
import { cardOf } from './table.ts';
import { withUsers } from './with-users.ts';

export const show = command({
  summary: 'shows one account',
  usage:
    'Shows what is stored about an account, and which second factors it has. Of passwords and factors it shows nothing more.',
  takes: ['<who>'],
  options: {},
  examples: [['users show ada@example.com', 'by the address, or by the id']],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ db, named }) => {
      const user = await named(who);
      const factors = await factorsOf({ db }, user.id);
      io.print(cardOf(user, [['factors', factors.join(', ') || 'none']]), { ...user, factors });
      return 0;
    }),
});
