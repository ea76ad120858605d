import { text } from 'node:stream/consumers';

import { command } from '../command.ts';
import { cardOf } from './table.ts';
import { withUsers } from './with-users.ts';

export const create = command({
  summary: 'makes an account',
  usage: `Makes an account, also where REGISTRATION is closed. Nobody is signed in, and no mail is sent. Without a
password nobody can log in before one is set by the link of users reset-link. A password is read from
standard input, because what stands on a command line is seen in the list of processes.`,
  takes: ['<email>'],
  options: {
    name: { type: 'string', value: '<text>', about: 'what the person is called' },
    verified: { type: 'boolean', about: 'it is known that the address is theirs' },
    'password-from-stdin': { type: 'boolean', about: 'the first line of standard input is the password' },
  },
  examples: [
    ['users create ada@example.com --name Ada --verified', 'without a password'],
    ['users create ada@example.com --password-from-stdin < password.txt', 'with one'],
  ],
  async run({ positionals: [email = ''], values }, io) {
    const { name, verified, 'password-from-stdin': reads = false } = values;
    const [password] = reads ? (await text(io.input)).split(/\r?\n/, 1) : [];
    return await withUsers(io, async ({ users }) => {
      const user = await users.create({ email, password, name, emailVerified: verified });
      io.print(cardOf(user), user);
      if (!reads)
        io.note(`Nobody can log in yet: ${io.latchkey} users reset-link ${user.email} makes the link for a password.`);
      return 0;
    });
  },
});
