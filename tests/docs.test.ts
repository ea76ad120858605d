import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { readConfig } from '../server/config.ts';
import { eventKinds } from '../server/features/events/contract.ts';
import { signal } from '../server/features/live/contract.ts';
import { mostStreams } from '../server/features/live/service.ts';
import { connectionLimits } from '../server/http/connections.ts';
import { appRouter } from '../server/router.ts';
import { codeIn, rowsIn, sectionOf } from './support/markdown.ts';
import { printLimits } from './support/print-limits.ts';
import { root } from './support/process.ts';
import { textOf } from './support/sources.ts';

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

test.each(['register-and-log-in', 'in-your-app'])(
  'the README shows an example that is run, letter by letter: %s',
  (name) => {
    expect(textOf('README.md')).toContain(textOf(`examples/${name}.ts`).trim());
  },
);

test('the page about second factors shows an example that is run, letter by letter', () => {
  expect(textOf('docs/second-factors.md')).toContain(textOf('examples/two-step-login.ts').trim());
});

test('the page about embedding shows the Next.js app that is built, letter by letter', () => {
  const page = textOf('docs/embedding.md');
  for (const file of ['next.config.ts', 'server/auth.ts', 'app/trpc/[trpc]/route.ts'])
    expect(page).toContain(textOf(`tests/all/package/consumers/next/${file}`).trim());
});

test('the lines that add Latchkey to an app are fewer than 20, and those of the example', () => {
  const section = sectionOf('docs/quick-start.md', 'In your Express app');
  const [server = [], page = []] = [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) =>
    code.split('\n').filter((line) => !/^ *(\/\/|$)/.test(line)),
  );
  const missing = (lines: string[], file: string): string[] => lines.filter((line) => !textOf(file).includes(line));
  expect(missing(server, 'examples/express/server.ts')).toEqual([]);
  expect(missing(page, 'examples/express/web/main.ts')).toEqual([]);
  expect(server.length).toBeGreaterThan(5);
  expect(server.length + page.length).toBeLessThan(20);
});

test('the table of procedures has every one, by its name and both its paths, and no other', () => {
  const names = Object.keys(appRouter._def.procedures).map((path) => [
    path,
    `/trpc/${path}`,
    `/api/${path.replaceAll('.', '/')}`,
  ]);
  const table = rowsIn(textOf('docs/procedures.md')).map((cells) =>
    cells.slice(0, 3).map((cell) => codeIn(cell)[0]?.replace(/^[A-Z]+ /, '')),
  );
  expect(table.toSorted()).toEqual(names.toSorted());
});

test('every kind of event is written down, with what it says, and how long it is kept', () => {
  const table = rowsIn(sectionOf('docs/events.md', 'Events')).map(([kind = '', fields = '']) => [
    codeIn(kind)[0],
    codeIn(fields),
  ]);
  expect(table).toEqual(Object.entries(eventKinds).map(([kind, { shape }]) => [kind, Object.keys(shape)]));
  expect(textOf('docs/events.md')).toContain(`kept for ${readConfig({}).eventsKeptDays} days`);
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

test('2.1.3 the limits on streams, and what a signal may say, are those in the code', () => {
  expect(rowsIn(sectionOf('docs/limits.md', 'Streams')).map(([, many]) => many)).toEqual(
    Object.values(mostStreams).map((most) => most.toLocaleString('en')),
  );
  expect(rowsIn(sectionOf('docs/live.md', 'The stream')).map(([reason = '']) => codeIn(reason)[0])).toEqual(
    signal.shape.reason.options,
  );
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
