import { english } from './english.ts';
import { german } from './german.ts';
import type { Letters, MailKind } from './letters.ts';

const languages = new Map<string, Letters>([
  ['en', english],
  ['de', german],
]);

/** Every kind of mail, in the order in which they are declared. */
export const mailKinds = Object.keys(english) as readonly MailKind[];

/** The languages that our own letters are in. */
export const mailLanguages = [...languages.keys()];

/** Our letters in the first of the languages that we have or, where we have none, in English. */
export function lettersIn(locales: string[]): { letters: Letters; locale: string } {
  for (const locale of locales) {
    const [primary = ''] = locale.toLowerCase().split('-', 1);
    const letters = languages.get(primary);
    if (letters) return { letters, locale: primary };
  }
  return { letters: english, locale: 'en' };
}
