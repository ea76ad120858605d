import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { connectionLimits } from '../server/http/connections.ts';
import { appRouter } from '../server/router.ts';
import { rowsIn, sectionOf } from './support/markdown.ts';
import { printLimits } from './support/print-limits.ts';
import { root } from './support/process.ts';
import { textOf } from './support/sources.ts';

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

test('the README shows the example that is run, letter by letter', () => {
  expect(textOf('README.md')).toContain(textOf('examples/register-and-log-in.ts').trim());
});

test('the README lists every procedure', () => {
  const readme = textOf('README.md');
  const names = Object.keys(appRouter._def.procedures).flatMap((path) => [
    `\`${path}\``,
    `/trpc/${path}\``,
    `/api/${path.replaceAll('.', '/')}\``,
  ]);
  expect(names.filter((name) => !readme.includes(name))).toEqual([]);
});

test('2.1.3 the table of limits is the one in the code', () => {
  const table = rowsIn(printLimits());
  expect(table.length).toBeGreaterThan(3);
  expect(rowsIn(sectionOf('docs/limits.md', 'Limits'))).toEqual(table);
});

test('2.1.3 the limits on connections are those in the code', () => {
  const { maxConnections, maxHeaderSize, headersTimeout, requestTimeout, inactivityTimeout, keepAliveTimeout } =
    connectionLimits;
  expect(rowsIn(sectionOf('docs/limits.md', 'Connections')).map(([, much]) => much)).toEqual([
    maxConnections.toLocaleString('en'),
    `${maxHeaderSize / 1024} kB, within ${headersTimeout / 1000} s`,
    `64 kB of body, in ${requestTimeout / 1000} s`,
    `${inactivityTimeout / 1000} s within a request`,
    `${keepAliveTimeout / 1000} s between requests`,
  ]);
});

test('every link and every script that the documentation names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  let links = 0;
  for (const page of pages) {
    for (const [, target = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(existsSync(join(root, dirname(page), target)), `${target} in ${page}`).toBe(true);
      links += 1;
    }
    for (const [, script = ''] of textOf(page).matchAll(/\bnpm run ([\w:]+)/g)) expect(scripts).toHaveProperty(script);
  }
  expect(links).toBeGreaterThan(10);
});

test('a decision record has at most 40 lines', () => {
  const records = pages.filter((page) => page.includes('decisions'));
  expect(records.length).toBeGreaterThan(5);
  expect(records.filter((record) => textOf(record).split('\n').length - 1 > 40)).toEqual([]);
});
