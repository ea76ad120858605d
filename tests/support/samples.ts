import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './process.ts';
import { textOf } from './sources.ts';

const folders = ['docs', 'examples', 'client', 'bench'];

/** Every page in Markdown, as a path from the root. */
export const pages: string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  ),
];

export interface Sample {
  page: string;
  /** The first line, by which a person finds it. */
  begins: string;
  language: string;
  lines: string[];
  /** The file that it is an excerpt of, by the comment above it. */
  from: string | undefined;
}

/** The blocks of code on a page whose languages are these. */
export function samplesOn(page: string, languages: string[]): Sample[] {
  const blocks = textOf(page).matchAll(/(?:^<!-- from (\S+) -->\n+)?^```(\w+)\n([^]*?)^```$/gm);
  return [...blocks]
    .map(([, from, language = '', code = '']) => {
      const lines = code.split('\n').map((line) => line.trim());
      return { page, begins: lines[0] ?? '', language, lines: lines.filter(Boolean), from };
    })
    .filter(({ language }) => languages.includes(language));
}

/**
 * The first part of a sample that is not in its file, `undefined` where all are. A line `// …` stands for any lines
 * that are left out, and what is indented is of no account, since a part may stand inside of something.
 */
export function strayPartOf({ lines, from }: Sample): string | undefined {
  const file = textOf(from ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  let at = 0;
  for (const part of partsOf(lines)) {
    const found = file.findIndex(
      (_, index) => index >= at && part.every((line, offset) => file[index + offset] === line),
    );
    if (found === -1) return part.join('\n');
    at = found + part.length;
  }
  return undefined;
}

function partsOf(lines: string[]): string[][] {
  const parts: string[][] = [[]];
  for (const line of lines)
    if (/^(\/\/|#) …/.test(line)) parts.push([]);
    else parts.at(-1)?.push(line);
  return parts.filter((part) => part.length > 0);
}
