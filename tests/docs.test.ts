import { expect, test } from 'vitest';

import { readConfig } from '../server/config.ts';
import { eventKinds } from '../server/features/events/contract.ts';
import { signal } from '../server/features/live/contract.ts';
import { mostStreams } from '../server/features/live/service.ts';
import { longestLifetimeSeconds, rotation } from '../server/features/signing-keys/service.ts';
import { connectionLimits } from '../server/http/connections.ts';
import { appRouter } from '../server/router.ts';
import { codeIn, rowsIn, sectionOf } from './support/markdown.ts';
import { printLimits } from './support/print-limits.ts';
import { pages } from './support/samples.ts';
import { textOf } from './support/sources.ts';

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

test('the page about tokens has the numbers of the code', () => {
  const page = textOf('docs/tokens.md');
  const inDays = (milliseconds: number): number => milliseconds / 86_400_000;
  const { every, ahead, after } = rotation;
  const steps = [
    `${inDays(every - ahead)} days after a key began`,
    `${inDays(every)} days after`,
    `${inDays(after)} day and ${longestLifetimeSeconds / 3600} hour after that`,
  ];
  expect(rowsIn(sectionOf('docs/tokens.md', 'The keys')).map(([when]) => when)).toEqual([expect.any(String), ...steps]);
  const { tokenLifetimeSeconds } = readConfig({});
  expect(page).toContain(`${longestLifetimeSeconds.toLocaleString('en')}; ${tokenLifetimeSeconds} by default`);
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

test('every script that the documentation names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) => [...textOf(page).matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)]);
  expect(named.length).toBeGreaterThan(10);
  expect(new Set(named.map(([, script = '']) => script).filter((script) => !(script in scripts)))).toEqual(new Set());
});

test('a decision record has at most 40 lines', () => {
  const records = pages.filter((page) => page.includes('decisions'));
  expect(records.length).toBeGreaterThan(5);
  expect(records.filter((record) => textOf(record).split('\n').length - 1 > 40)).toEqual([]);
});
