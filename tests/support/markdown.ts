import { textOf } from './sources.ts';

/** The text under a heading of a page, up to the next heading. */
export function sectionOf(file: string, heading: string): string {
  const [, section] = textOf(file).split(new RegExp(`^#+ ${heading}$`, 'm'));
  if (section === undefined) throw new Error(`${file} has no heading "${heading}"`);
  // A line `# …` stands in a sample for those that are left out.
  return section.split(/^#+ (?!…)/m)[0] ?? '';
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

const withoutCode = (text: string): string =>
  text.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''));

/** Where the links and pictures of a page lead, but for those to other sites. */
export const linksOn = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** What a forge calls the headings of a page: a second one of the same words gets a number. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replace(/^```[^]*?^```$/gm, '').matchAll(/^#{1,6} (.*)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = words.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
    let number = 0;
    while (anchors.has(number ? `${name}-${number}` : name)) number += 1;
    anchors.add(number ? `${name}-${number}` : name);
  }
  return anchors;
}
