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
  code: string;
  /** Those that are not empty, without what they are indented by. */
  lines: string[];
  /** The file that it is an excerpt of, by the comment above it. */
  from: string | undefined;
}

/** Every block of code on a page. */
export function samplesOn(page: string): Sample[] {
  const blocks = textOf(page).matchAll(/(?:^<!-- from (\S+) -->\n+)?^```(\w*)\n([^]*?)^```$/gm);
  return [...blocks].map(([, from, language = '', code = '']) => {
    const lines = code.split('\n').map((line) => line.trim());
    return { page, begins: lines[0] ?? '', language, code, lines: lines.filter(Boolean), from };
  });
}

/** All of them. */
export const samples: Sample[] = pages.flatMap(samplesOn);

/** What a block is called where it is no excerpt of a file. */
export const nameOf = ({ page, begins }: Sample): string => `${page}: ${begins}`;

/** The block on a page that begins so. */
export function codeOn(page: string, begins: string): string {
  const [found, another] = samples.filter((one) => one.page === page && one.begins.startsWith(begins));
  if (!found || another) throw new Error(`${page} has not one block that begins with "${begins}"`);
  return found.code;
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
