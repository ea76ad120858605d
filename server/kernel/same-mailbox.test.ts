import { expect, test } from 'vitest';

import { emailAddress } from './fields.ts';
import { isSameMailbox } from './same-mailbox.ts';

const isKept = (written: string): boolean => isSameMailbox(written, emailAddress.parse(written));

test.each([
  'ada@example.com',
  'ADA.Lovelace+A@EXAMPLE.com',
  'ada@bücher.example',
  'ada@BÜCHER.example',
  'ada@xn--bcher-kva.example',
  'zoë@example.com',
])('a confirmed address stays one in our form: %s', (written) => {
  expect(isKept(written)).toBe(true);
});

test.each([
  ['the sign of Kelvin', 'mar\u212a@example.com', 'mark@example.com'],
  ['a letter in two characters', 'zoe\u0308@example.com', 'zoë@example.com'],
  ['a capital beyond ASCII', 'ZOË@example.com', 'zoë@example.com'],
  ['a capital I with a dot', '\u0130da@example.com', 'i\u0307da@example.com'],
  ['the sign of Ångström', '\u212bsa@example.com', 'åsa@example.com'],
  ['a domain that was another before 2008', 'ada@straße.example', 'ada@xn--strae-oqa.example'],
])('a confirmed address is not one in our form where that is another text: %s', (_what, written, canonical) => {
  expect(emailAddress.parse(written)).toBe(canonical);
  expect(isKept(written)).toBe(false);
});
