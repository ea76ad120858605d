// Prints the tables of the documentation that the code has, each into its page, in the place of what is there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { sectionOf } from '../tests/support/markdown.ts';
import { printCommands } from '../tests/support/print-commands.ts';
import { printedTables } from '../tests/support/printed-tables.ts';
import { root } from '../tests/support/process.ts';
import { textOf } from '../tests/support/sources.ts';

for (const { page, heading, print } of printedTables) {
  const section = sectionOf(page, heading);
  const table = await print();
  const printed = section.replace(/(^\|.*\n)+/m, () => `${table}\n`);
  writeFileSync(
    join(root, page),
    textOf(page).replace(section, () => printed),
  );
}
const commandLine = 'docs/command-line.md';
const [before = ''] = textOf(commandLine).split('### `latchkey');
writeFileSync(join(root, commandLine), before + (await printCommands()));
console.log('Printed. Now: npm run format');
