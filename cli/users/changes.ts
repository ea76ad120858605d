import { command } from '../command.ts';
import type { ExitCode } from '../command.ts';
import { cardOf } from './table.ts';
import { withUsers } from './with-users.ts';

const takes = ['<who>'];
const options = {};

export const disable = command({
  summary: 'lets nobody sign in to an account, and ends its sessions',
  usage: `Ends all sessions of an account at once, on every server, and all links but those that undo a change
of the address, and lets nobody sign in any more. A second time changes nothing.`,
  takes,
  options,
  examples: [['users disable ada@example.com', 'until it is enabled again']],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ users, named }) => {
      const user = await users.disable((await named(who)).id);
      io.print(cardOf(user), user);
      return 0;
    }),
});

export const enable = command({
  summary: 'lets somebody sign in again to an account that is disabled',
  usage: 'Lets somebody sign in again. What was ended stays so. A second time changes nothing.',
  takes,
  options,
  examples: [['users enable ada@example.com', 'after it was disabled']],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ users, named }) => {
      const user = await users.enable((await named(who)).id);
      io.print(cardOf(user), user);
      return 0;
    }),
});

export const signOut = command({
  summary: 'ends all sessions of an account',
  usage: 'Signs somebody out everywhere, at once, on every server. They may sign in again.',
  takes,
  options,
  examples: [['users sign-out ada@example.com', 'everywhere']],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ users, named }) => {
      const { id, email } = await named(who);
      const sessionsEnded = await users.endSessions(id);
      io.print(`Ended ${sessionsEnded} sessions of ${email}`, { id, email, sessionsEnded });
      return 0;
    }),
});

export const setAdmin = command({
  summary: 'makes somebody an administrator, or takes that back',
  usage: `Says that an account is an administrator's, of whom a second factor is asked where REQUIRE_SECOND_FACTOR
is admins; or with --off that it is not. A second time changes nothing.`,
  takes,
  options: { off: { type: 'boolean', about: 'they are none any more' } },
  examples: [
    ['users set-admin ada@example.com', 'is one from now on'],
    ['users set-admin ada@example.com --off', 'is none'],
  ],
  run: async ({ positionals: [who = ''], values: { off = false } }, io) =>
    await withUsers(io, async ({ users, named }) => {
      const user = await users.setAdmin((await named(who)).id, !off);
      io.print(cardOf(user), user);
      return 0;
    }),
});

export const removeFactors = command({
  summary: 'takes every second factor of somebody who has lost them',
  usage: `Takes every second factor of an account, recovery codes too, and signs it out everywhere. Its password is
enough from then on, and its owner is told by a mail. Make sure first who is asking.`,
  takes,
  options,
  examples: [['users remove-factors ada@example.com', 'once it is sure who asks']],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ users, named }): Promise<ExitCode> => {
      const { id, email } = await named(who);
      await io.confirm(`Remove every second factor of ${email}?`);
      const user = await users.removeFactors(id);
      io.print(cardOf(user), user);
      return 0;
    }),
});

export const remove = command({
  summary: 'deletes an account and all that is stored of it',
  usage: `Deletes an account and all that is stored of it, at once and for good. Of its events it stays what happened
and when. A backup still has it, and so may a file that it was imported from: after a restore or
another import delete it again.`,
  takes,
  options,
  examples: [
    ['users delete ada@example.com', 'asks before'],
    ['users delete ada@example.com --yes', 'does not'],
  ],
  run: async ({ positionals: [who = ''] }, io) =>
    await withUsers(io, async ({ users, named }): Promise<ExitCode> => {
      const { id, email } = await named(who);
      await io.confirm(`Delete ${email} and all that is stored of it?`);
      await users.delete(id);
      io.print(`Deleted ${email}`, { id, email });
      return 0;
    }),
});
