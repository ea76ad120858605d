import { expect, test } from 'vitest';

import { eventKinds } from '../events/contract.ts';
import { isOwnBeginning, mayEnd, reasonOf, signal } from './contract.ts';

test('every kind of event has a reason, and one of a newer version is a change of the account', () => {
  for (const kind of Object.keys(eventKinds)) {
    const bys = kind === 'session.ended' ? eventKinds[kind].shape.by.options : [undefined];
    for (const by of bys) expect(signal.shape.reason.options).toContain(reasonOf({ kind, by }));
  }
  expect(reasonOf({ kind: 'session.ended', by: 'revoked' })).toBe('revoked');
  expect(reasonOf({ kind: 'email.changed' })).toBe('emailChanged');
  for (const kind of ['of.tomorrow', 'session.ended', 'constructor', '__proto__'])
    expect(reasonOf({ kind, by: 'constructor' })).toBe('accountChanged');
});

test('the end of a session ends the one that it names, and no other', () => {
  expect(mayEnd({ kind: 'session.ended', sessionId: 'a' }, 'a')).toBe(true);
  expect(mayEnd({ kind: 'session.ended', sessionId: 'b' }, 'a')).toBe(false);
  expect(mayEnd({ kind: 'password.changed' }, 'a')).toBe(true);
  expect(mayEnd({ kind: 'session.started', sessionId: 'a' }, 'a')).toBe(false);
});

test('the beginning of a session is news to the others of the account only', () => {
  expect(isOwnBeginning({ kind: 'session.started', sessionId: 'a' }, 'a')).toBe(true);
  expect(isOwnBeginning({ kind: 'session.started', sessionId: 'b' }, 'a')).toBe(false);
  expect(isOwnBeginning({ kind: 'session.verified', sessionId: 'a' }, 'a')).toBe(false);
});
