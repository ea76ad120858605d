import { createHash } from 'node:crypto';

/** Everybody's. */
export const password = 'correct horse battery';

export const sessionsEach = 2;

/** In no order, as people's addresses are. */
export const emailOf = (user: number): string =>
  `${createHash('sha256').update(String(user)).digest('hex').slice(0, 16)}@example.com`;

export const tokenOf = (session: number): string => String(session).padStart(43, 't');

/** Sessions are not in the order of their users: the next one is of a user so far away. A prime hits each as often. */
export const stride = 7919;
