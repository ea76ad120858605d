import { expect, test } from 'vitest';

import { commands } from '../cli/commands.ts';
import { codeIn, rowsIn, sectionOf } from './support/markdown.ts';
import { printCommands } from './support/print-commands.ts';
import { sources, textOf } from './support/sources.ts';

const page = 'docs/command-line.md';

test('every command and option is written down, with an example, as the code has them', async () => {
  expect(Object.keys(commands).length).toBeGreaterThan(15);
  expect(textOf(page)).toContain((await printCommands()).trim());
});

test('the scripts of the page are the commands that it says', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const rows = rowsIn(sectionOf(page, 'The scripts of a checkout')).map((cells) =>
    cells.map((cell) => codeIn(cell)[0]),
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const [script = '', command = ''] of rows) {
    const name = script === 'npm start' ? 'start' : script.replace('npm run ', '');
    expect(scripts[name]).toMatch(new RegExp(` cli/${command.replace(' ', String.raw`\.ts `)}$`));
  }
});

test('every check of the doctor is written down, and no other', () => {
  const code = sources.filter((file) => /^cli\/doctor\/|^server\/set-up\.ts$/.test(file)).map(textOf);
  const named = code.flatMap((text) => [
    ...text.matchAll(
      /\b(?:ok|warning|fault|clockFinding)\(\s*'([\w.]+)'|\bevent: '((?!host\.foreign|address)[\w.]+)'/g,
    ),
  ]);
  const checks = new Set(named.map(([, check, event]) => check ?? event));
  const documented = rowsIn(sectionOf(page, 'What the doctor looks at')).flatMap(([check = '']) => codeIn(check));
  expect(documented.toSorted()).toEqual([...checks].toSorted());
});
