import { pages as pageNames } from './features/links/contract.ts';
import type { Page } from './features/links/contract.ts';
import { isLoopback } from './kernel/origin.ts';
import { mailKinds } from './mail/languages.ts';

/** What a host may bring besides settings, as it is checked for those whom no compiler checks. */
export interface Parts {
  log?: unknown;
  mailer?: unknown;
  mails?: unknown;
  pages?: unknown;
  sharesDatabase?: unknown;
}

/** What is wrong with them, under the names that the host used. */
export function faultsOfParts({ log, mailer, mails, pages, sharesDatabase }: Parts, publicUrl: unknown): string[] {
  const faults: string[] = [];
  if (log !== undefined && !hasFunctions(log, ['info', 'warn', 'error']))
    faults.push('log: must have the functions info, warn and error, called as pino’s are: with an object, then a text');
  if (mailer !== undefined && !hasFunctions(mailer, ['send'])) faults.push('mailer: must have a function send');
  if (sharesDatabase !== undefined && typeof sharesDatabase !== 'boolean')
    faults.push('sharesDatabase: must be true or false');
  return [...faults, ...faultsOfMails(mails), ...faultsOfPages(pages, publicUrl)];
}

const hasFunctions = (part: unknown, names: string[]): boolean =>
  typeof part === 'object' && part !== null && names.every((name) => typeof Reflect.get(part, name) === 'function');

function faultsOfMails(mails: unknown): string[] {
  if (mails === undefined) return [];
  if (!isObject(mails)) return ['mails: must be an object of functions, one for each mail that you write yourself'];
  const kinds: readonly string[] = mailKinds;
  return entriesOf(mails).flatMap(([kind, template]) => {
    if (!kinds.includes(kind)) return `mails.${kind}: there is no such mail; there are ${kinds.join(', ')}`;
    return typeof template === 'function' ? [] : `mails.${kind}: must be a function that returns a letter`;
  });
}

function faultsOfPages(pages: unknown, publicUrl: unknown): string[] {
  if (pages === undefined) return [];
  if (!isObject(pages)) return ['pages: must be an object of whole addresses'];
  const isDevelopment = typeof publicUrl !== 'string' || publicUrl.trim() === '' || isLoopback(publicUrl);
  const names: readonly string[] = pageNames;
  return entriesOf(pages).flatMap(([page, address]) => {
    if (!names.includes(page)) return `pages.${page}: there is no such page; there are ${names.join(', ')}`;
    const fault = faultOfPage(address, isDevelopment);
    return fault === undefined ? [] : `pages.${page}: ${fault}`;
  });
}

function faultOfPage(address: unknown, isDevelopment: boolean): string | undefined {
  const url = typeof address === 'string' && !/[\s\p{C}\\]/u.test(address) ? URL.parse(address) : null;
  if (!url || !/^https?:\/\/[^/]/i.test(String(address)) || url.username !== '' || url.password !== '')
    return 'must be a whole address, such as https://app.example.com/new-password';
  if (String(address).includes('#')) return 'must have no #: the token stands behind it';
  if (isLoopback(url.origin)) {
    if (isDevelopment) return undefined;
    return "must not be a loopback address, because publicUrl is not: any program on a visitor's machine could be that page";
  }
  return url.protocol === 'https:' ? undefined : 'must be https://, because it is not a loopback address';
}

/** Each page's address in its one spelling, once it has no faults. */
export const pagesOf = (appUrl: string, pages: Partial<Record<Page, string>>): Record<Page, string> => ({
  ...pagesBelow(appUrl),
  ...Object.fromEntries(entriesOf(pages).map(([page, address]) => [page, new URL(String(address)).href])),
});

const pagesBelow = (appUrl: string): Record<Page, string> => ({
  resetPassword: `${appUrl}/reset-password`,
  verifyEmail: `${appUrl}/verify-email`,
  confirmEmail: `${appUrl}/confirm-email`,
  undoEmail: `${appUrl}/undo-email`,
});

const isObject = (part: unknown): part is object => typeof part === 'object' && part !== null && !Array.isArray(part);

/** Without those that are left out. */
const entriesOf = (part: object): [string, unknown][] =>
  Object.entries(part).filter(([, value]: [string, unknown]) => value !== undefined);
