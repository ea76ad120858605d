import { z } from 'zod';

import type { Letter, MailKind } from './letters.ts';

/** A language as `Accept-Language` and `lang` write it (RFC 5646), in letters, digits and hyphens. */
export const languageTag = z.string().regex(/^[a-z]{2,3}(-[a-z0-9]{1,8}){0,4}$/i);

const line = z.string().refine((text) => text.trim() !== '');

const letter = z.object({
  subject: line,
  before: z.array(z.string()),
  // What a mail leads to is a page, and no script.
  action: z.object({ label: line, url: z.url({ protocol: /^https?$/ }) }).optional(),
  after: z.array(z.string()).optional(),
  locale: languageTag.optional(),
});

/**
 * What a host's own template has returned, where it is a letter.
 *
 * @throws Error that repeats nothing of it, because it is logged
 */
export function checkedLetter(kind: MailKind, returned: unknown): Letter {
  const parsed = letter.safeParse(returned);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => path.join('.') || 'all of it');
  throw new Error(`The template mails.${kind} returned no letter; wrong is: ${where.join(', ')}`);
}
