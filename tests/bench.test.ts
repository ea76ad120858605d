import { expect, test } from 'vitest';

import { barChart } from '../bench/chart.ts';
import { coresIn } from '../bench/cores.ts';
import { bodyOf, wholeLength } from '../bench/http-answer.ts';
import { withFindings } from '../bench/performance-page.ts';
import { report } from '../bench/report.ts';
import type { Readings } from '../bench/report.ts';
import { runRounds } from '../bench/rounds.ts';
import { isSteady, median, percentile, ratios } from '../bench/statistics.ts';
import { isMet, isWithinBudget } from '../bench/targets.ts';

test('a median is between the two in the middle, a percentile is one that was measured', () => {
  expect([median([5, 1, 3]), median([4, 1, 2, 3])]).toEqual([3, 2.5]);
  expect(percentile([3, 1, 2], 0.99)).toBe(3);
  expect(ratios([6, 2], [3, 4])).toEqual([2, 0.5]);
});

test('a machine is steady when half of its rounds are alike, whatever the others are', () => {
  expect(isSteady([10, 50, 51, 52, 55, 56, 57, 58, 90])).toBe(true);
  expect(isSteady([10, 20, 30, 52, 55, 56, 57, 80, 90])).toBe(false);
});

test('a target says on which side of it a figure has to be, and whether it may be the same', () => {
  const figures = [1, 2, 3];
  const met = (sign: '≥' | '>' | '≤' | '<') => figures.map((figure) => isMet(figure, { sign, value: 2 }));
  expect(met('≥')).toEqual([false, true, true]);
  expect(met('>')).toEqual([false, false, true]);
  expect(met('≤')).toEqual([true, true, false]);
  expect(met('<')).toEqual([true, false, false]);
});

test('a hot path that is slower by a quarter is over its budget, and one that is slower by a tenth is not', () => {
  const ratio = 0.4;
  expect(isWithinBudget(ratio, ratio)).toBe(true);
  expect(isWithinBudget(ratio * 0.9, ratio)).toBe(true);
  expect(isWithinBudget(ratio / 1.1, ratio)).toBe(true);
  expect(isWithinBudget(ratio * 0.75, ratio)).toBe(false);
  expect(isWithinBudget(ratio / 1.3, ratio)).toBe(false);
});

const readingsOf = (...values: number[]) => values.map((value) => ({ value, answers: 500, clientBusy: 0.2 }));

test('a report judges the median of the ratios of each round, and leaves out what was not measured', () => {
  // The median of the ratios is 0.7, and that of the first column by that of the second would be 0.35.
  const readings: Readings = {
    me: readingsOf(700, 350, 100),
    http: readingsOf(1000, 500, 1000),
    start: readingsOf(900, 700, 800),
  };
  const text = report(readings);
  expect(text).toMatch(/bare `node:http`, a constant +\| 0\.70 +\| 0\.10 to 0\.70 +\| ≥ 0\.6 +\| met /);
  expect(text).toMatch(/start to first answer +\| 800 ms +\| 700 ms to 900 ms +\| < 500 ms +\| \*\*not met\*\* /);
  expect(text).not.toContain('Better Auth');
});

test('a report says where the client was measured in the place of the server', () => {
  const busy = readingsOf(1000).map((reading) => ({ ...reading, clientBusy: 0.95 }));
  expect(report({ me: readingsOf(700), http: busy })).toMatch(/as busy as the server.*: bare node:http/);
  const slack = readingsOf(1000).map((reading) => ({ ...reading, serverBusy: 0.1 }));
  expect(report({ me: readingsOf(700), http: slack })).toMatch(/as busy as the server.*: bare node:http/);
  expect(report({ me: readingsOf(700), http: readingsOf(1000) })).not.toContain('as busy as the server');
});

test('a report says that the machine did something else', () => {
  const crowded = readingsOf(1000).map((reading) => ({ ...reading, waited: 0.3 }));
  expect(report({ me: readingsOf(700), http: crowded })).toContain('than a tenth of the time: 1 of 2');
  expect(report({ me: readingsOf(700), http: readingsOf(1000) })).not.toContain('Something else');
});

test('the bars of a chart are as long as what they stand for, and its words are no markup', () => {
  const chart = barChart('a < b', [
    { label: 'one', value: 400, isOurs: true },
    { label: 'other', value: 100, isOurs: false },
  ]);
  const lengths = [...chart.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, length]) => Number(length));
  expect(lengths[0]).toBeGreaterThan(100);
  expect((lengths[0] ?? 0) / (lengths[1] ?? 0)).toBeCloseTo(4, 1);
  expect(chart).toContain('<title>a &#60; b</title>');
  expect(chart).toContain('prefers-color-scheme: dark');
});

test('what a run has found takes the place of what the last one found, and nothing else', () => {
  const page = 'before\n\n<!-- bench -->\n\nold $& one\n\n<!-- /bench -->\n\nafter\n';
  const once = withFindings(page, 'bench', 'new $& one');
  expect(once).toBe('before\n\n<!-- bench -->\n\nnew $& one\n\n<!-- /bench -->\n\nafter\n');
  expect(withFindings(once, 'bench', 'old $& one')).toBe(page);
  expect(() => withFindings('no marks', 'bench', 'new')).toThrow('lost the marks');
});

test('a server and its client get the first and the last processor that there is', () => {
  expect(coresIn('0,1')).toEqual({ all: '0,1', server: '0', client: '1' });
  expect(coresIn('2-5,8-9')).toEqual({ all: '2-5,8-9', server: '2', client: '9' });
});

test('an answer is whole when its length says so, or when its last chunk is there', () => {
  const fixed = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody');
  expect(wholeLength(fixed)).toBe(fixed.length);
  expect(wholeLength(fixed.subarray(0, -1))).toBe(fixed.length);
  expect(wholeLength(fixed.subarray(0, 20))).toBeUndefined();
  expect(bodyOf(fixed).toString()).toBe('body');
  const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n');
  expect(wholeLength(chunked)).toBe(chunked.length);
  expect(wholeLength(chunked.subarray(0, -5))).toBeUndefined();
});

test('rounds go there and back, and none is begun that would not be over in time', async () => {
  const measured: string[] = [];
  const step = (name: string) => ({
    seconds: 0,
    measure: async () => {
      measured.push(name);
      return { value: 1, answers: 1, clientBusy: 0 };
    },
  });
  const steps = { me: step('me'), http: step('http') };
  const plan = { rounds: 2, stretch: 1, warmUpMilliseconds: 0 };
  await runRounds(steps, plan, () => {});
  expect(measured).toEqual(['me', 'http', 'me', 'http', 'http', 'me']);
  const readings = await runRounds(steps, { ...plan, untilSeconds: 0 }, () => {});
  expect(readings.me).toEqual([]);
});
