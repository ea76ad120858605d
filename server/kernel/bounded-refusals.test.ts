import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { boundRefusals } from './bounded-refusals.ts';
import { minutes } from './clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const times = <Result>(count: number, work: (index: number) => Result): Result[] =>
  Array.from({ length: count }, (_, index) => work(index));

test('of one reason from one network 20 a minute are written, and of the rest their number', () => {
  const said: number[] = [];
  const isWritten = boundRefusals((omitted) => said.push(omitted));
  const flood = { address: '203.0.113.9', reason: 'REQUEST_INVALID' };
  expect(times(1000, () => isWritten(flood)).filter(Boolean)).toHaveLength(20);
  expect(isWritten({ ...flood, reason: 'WRONG_CREDENTIALS' })).toBe(true);
  expect(isWritten({ ...flood, address: '203.0.113.10' })).toBe(true);
  vi.advanceTimersByTime(minutes(1));
  expect(said).toEqual([980]);
  expect(isWritten(flood)).toBe(true);
  vi.advanceTimersByTime(minutes(1));
  expect(said).toEqual([980]);
});

test('a flood from very many networks is bounded, too', () => {
  const isWritten = boundRefusals(() => {});
  const written = times(5000, (index) => isWritten({ address: `2001:db8:${index.toString(16)}::1`, reason: 'BUSY' }));
  expect(written.filter(Boolean)).toHaveLength(1000);
});
