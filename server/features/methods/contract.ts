import * as z from 'zod';

/** What an account may have besides its password, the most usual first. */
export const factor = z.enum(['totp', 'passkey', 'recoveryCode']);
export type Factor = z.infer<typeof factor>;

/** Every way to prove who is there. A passkey proves by itself as much as a password and a code. */
export const method = z.enum(['password', ...factor.options]);
export type Method = z.infer<typeof method>;

/** Whether more was shown than a password. */
export const isTwoFactor = (shown: readonly Method[]): boolean => shown.some((one) => one !== 'password');
