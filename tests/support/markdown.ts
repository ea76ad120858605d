import { textOf } from './sources.ts';

/** The text under a heading of a page, up to the next heading. */
export function sectionOf(file: string, heading: string): string {
  const [, section] = textOf(file).split(new RegExp(`^#+ ${heading}$`, 'm'));
  if (section === undefined) throw new Error(`${file} has no heading "${heading}"`);
  return section.split(/^#+ /m)[0] ?? '';
}

/** The rows of every table in a text, without heads: cells as they are written, without the spaces around them. */
export function rowsIn(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.filter((line, index) => !isRule(line) && !isRule(lines[index + 1] ?? '')).map((line) => cellsOf(line));
}

const isRule = (line: string): boolean => /^\|[\s:|-]+\|$/.test(line) && line.includes('--');
const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** What stands between backticks. */
export const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
