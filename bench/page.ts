import { writeFileSync } from 'node:fs';

import { barChart } from './chart.ts';
import { writeSection } from './performance-page.ts';
import { throughputs } from './report.ts';
import type { Readings } from './report.ts';
import { median } from './statistics.ts';

const chart = new URL('../docs/performance.svg', import.meta.url);

/** Puts what a run has found into the page, in the place of what the last one found. */
export function writePage(found: string, readings: Readings): void {
  writeSection('bench', found);
  const bars = throughputs(readings).map(({ label, values }) => ({
    label,
    value: median(values),
    isOurs: label.startsWith('Latchkey'),
  }));
  writeFileSync(chart, barChart('Answers a second, each server on one core', bars));
}
