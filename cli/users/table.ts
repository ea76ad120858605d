import { printable } from '../../server/db/old-server-file.ts';
import type { ManagedUser } from '../../server/features/users/contract.ts';

const widths = { id: 38, created: 12, state: 30 };

export const tableHead = `${'id'.padEnd(widths.id)}${'created'.padEnd(widths.created)}${'state'.padEnd(widths.state)}e-mail`;

/** One user in one line, with what ends it unknown in length. */
export const rowOf = (user: ManagedUser): string =>
  [
    user.id.padEnd(widths.id),
    user.createdAt.slice(0, 10).padEnd(widths.created),
    stateOf(user).padEnd(widths.state),
    printable(user.name === null ? user.email : `${user.email} (${user.name})`),
  ].join('');

/** What is special about an account, in a few words. */
const stateOf = ({ disabledAt, adminSince, emailVerified }: ManagedUser): string =>
  [disabledAt && 'disabled', adminSince && 'admin', !emailVerified && 'not confirmed'].filter(Boolean).join(' ') ||
  'active';

/** Everything about one user, a line each. */
export const cardOf = (user: ManagedUser, besides: readonly (readonly [string, string])[] = []): string =>
  [
    ['id', user.id],
    ['e-mail', `${user.email}${user.emailVerified ? '' : ' (not confirmed)'}`],
    ['name', user.name ?? '–'],
    ['language', user.locale ?? '–'],
    ['created', user.createdAt],
    ['disabled', user.disabledAt ?? 'no'],
    ['admin since', user.adminSince ?? '–'],
    ...besides,
  ]
    .map(([label = '', value = '']) => `${label.padEnd(14)}${printable(value)}`)
    .join('\n');
