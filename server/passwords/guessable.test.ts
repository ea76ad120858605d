import { expect, test } from 'vitest';

import { guessableFrom } from './guessable.ts';

const known = {
  email: 'ada.lövelace@example.org',
  origins: ['https://auth.counting-house.co.uk', 'https://app.engines.example:8443'],
};

test.each([
  ['ada.lövelace', 'email'],
  ['Ada.Lövelace', 'email'],
  ['ada.lo\u0308velace', 'email'],
  ['ada.lövelace1815', 'email'],
  ['ada.lövelace@example.org', 'email'],
  ['latchkey', 'product'],
  ['LatchKey2026', 'product'],
  ['counting-house', 'host'],
  ['Counting-House99', 'host'],
  ['engines1', 'host'],
])('%j is guessed from the %s', (password, because) => {
  expect(guessableFrom(password, known)).toBe(because);
});

test.each([
  'ada.lövelace!',
  'my ada.lövelace',
  'ada.lövelace 1815',
  '1815ada.lövelace',
  'latchkeys',
  'correct horse latchkey',
  'auth12345678',
  'app12345678',
  'co12345678',
  'uk12345678',
  'example1815',
  '8443',
])('%j is not one of the names, nor one and digits', (password) => {
  expect(guessableFrom(password, known)).toBeUndefined();
});

test.each([
  ['https://xn--mnchen-3ya.example', 'münchen1972', 'host'],
  ['https://intranet', 'intranet7', 'host'],
  ['http://localhost:3000', 'localhost1', undefined],
  ['http://127.0.0.1:3000', '127000001', undefined],
  ['http://[::1]:3000', '1', undefined],
  ['https://365.example', '36512345', undefined],
])('of the address %s the password %j is found to be of the %s', (origin, password, because) => {
  expect(guessableFrom(password, { ...known, origins: [origin] })).toBe(because);
});
