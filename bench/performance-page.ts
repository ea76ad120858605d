import { readFileSync, writeFileSync } from 'node:fs';

const page = new URL('../docs/performance.md', import.meta.url);

/** Puts what was measured between its two marks, in the place of what was measured last. */
export const writeSection = (name: string, found: string): void =>
  writeFileSync(page, withFindings(readFileSync(page, 'utf8'), name, found));

/** What stands outside of the marks is somebody's prose, and stays. */
export function withFindings(text: string, name: string, found: string): string {
  const parts = text.split(new RegExp(`(<!-- /?${name} -->)`));
  if (parts.length !== 5 || parts[1] !== `<!-- ${name} -->`)
    throw new Error(`docs/performance.md has lost the marks for ${name}.`);
  return [parts[0], parts[1], `\n\n${found}\n\n`, parts[3], parts[4]].join('');
}

/** A block of what is no Markdown. */
export const asCode = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;
