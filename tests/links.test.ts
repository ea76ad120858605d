import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { expect, test } from 'vitest';

import { anchorsOf, linksOn } from './support/markdown.ts';
import { root } from './support/process.ts';
import { pages } from './support/samples.ts';
import { textOf } from './support/sources.ts';

/** What a link of a page leads to: a path from the root, and the heading behind its `#`. */
function targetOf(page: string, link: string): { path: string; anchor: string } {
  const [file = '', anchor = ''] = link.split('#');
  return { path: file ? normalize(join(dirname(page), decodeURIComponent(file))) : page, anchor };
}

function isDead(page: string, link: string): boolean {
  const { path, anchor } = targetOf(page, link);
  if (path.startsWith('..') || !existsSync(join(root, path))) return true;
  if (!anchor) return false;
  // A line of a file that is no page would be another one tomorrow.
  return !path.endsWith('.md') || !anchorsOf(textOf(path)).has(anchor);
}

test('no link on a page leads to a file or a heading that there is not', () => {
  const links = pages.flatMap((page) => linksOn(textOf(page)).map((link): [string, string] => [page, link]));
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(([, link]) => link.includes('#')).length).toBeGreaterThan(20);
  expect(links.filter(([page, link]) => isDead(page, link)).map((one) => one.join(': '))).toEqual([]);
});

test('a dead link is noticed, of a file and of a heading', () => {
  expect(
    ['missing.md', 'README.md#missing', '../README.md', '#missing', 'package.json#L3'].filter(
      (link) => !isDead('README.md', link),
    ),
  ).toEqual([]);
  expect(
    ['SECURITY.md', 'SECURITY.md#reporting', '#features', 'docs'].filter((link) => isDead('README.md', link)),
  ).toEqual([]);
  expect(linksOn('[a](b.md "title"), ![c](d.png), `[e](f.md)`, [g]: h.md, [i](https://example.com)')).toEqual([
    'b.md',
    'd.png',
  ]);
  expect([...anchorsOf('# The `x` of y’s\n## A\n## A\n```sh\n# no heading\n```\n')]).toEqual([
    'the-x-of-ys',
    'a',
    'a-1',
  ]);
});

test('every page is linked from the index, or from a page that is', () => {
  const seen = new Set(['README.md']);
  // A set that grows while it is gone through: each page once.
  for (const page of seen)
    for (const link of linksOn(textOf(page))) {
      const { path } = targetOf(page, link);
      if (path.endsWith('.md') && existsSync(join(root, path)) && statSync(join(root, path)).isFile()) seen.add(path);
    }
  // What npm shows beside the package; decisions are linked as a folder.
  const alone = (page: string): boolean => page === 'client/README.md' || page.startsWith('docs/decisions/');
  expect(pages.filter((page) => !seen.has(page) && !alone(page))).toEqual([]);
});

test('the page of the example with React says of each file what it is for', () => {
  const named = new Set(linksOn(textOf('examples/react/README.md')));
  const files = readdirSync(join(root, 'examples/react'), { recursive: true, encoding: 'utf8' });
  const own = files.filter((file) => /\.tsx?$/.test(file) && !/^(node_modules|dist)\//.test(file));
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter((file) => !named.has(file))).toEqual([]);
});
