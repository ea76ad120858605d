import { expect, test } from 'vitest';

import { canonical, differences } from './canonical-row.ts';

const row = { id: 'a', at: new Date(1000), hash: Buffer.from('xy'), name: null, count: 3 };

test('a row is the same text whatever the order of its columns', () => {
  const other = { count: 3, name: null, hash: Buffer.from('xy'), at: new Date(1000), id: 'a' };
  expect(canonical(other)).toBe(canonical(row));
  expect(differences(row, other)).toEqual([]);
});

test.each<[string, unknown]>([
  ['at', new Date(1001)],
  ['hash', Buffer.from('xz')],
  ['name', ''],
  ['name', 'null'],
  ['count', 4],
])('another %s makes another text, and is named', (column, value) => {
  const other = { ...row, [column]: value };
  expect(canonical(other)).not.toBe(canonical(row));
  expect(differences(row, other)).toEqual([column]);
});
