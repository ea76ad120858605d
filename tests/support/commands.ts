import { commands } from '../../cli/commands.ts';
import { WrongArguments } from '../../cli/command.ts';
import { readArguments } from '../../cli/read-arguments.ts';
import { samples } from './samples.ts';
import type { Sample } from './samples.ts';
import { textOf } from './sources.ts';

const scriptsOf = (folder: string): Record<string, string> =>
  (JSON.parse(textOf(`${folder}package.json`)) as { scripts?: Record<string, string> }).scripts ?? {};

const wordsIn = (text: string): string[] =>
  text
    .replace(/ [#><|].*/, '')
    .trim()
    .split(/ +/);

/** What stands behind `latchkey` in each line that is such a command, by its name or by a script of ours. */
export function latchkeyCommandsIn({ lines }: Sample): string[][] {
  return lines.flatMap((line) => {
    const [, typed] = /\bnpx latchkey (.*)/.exec(line) ?? [];
    if (typed !== undefined) return [wordsIn(typed)];
    const [, script = '', more = ''] = /\bnpm run ([\w:]+)(?: -- (.*))?/.exec(line) ?? [];
    const [, command] = / cli\/latchkey\.ts (.+)$/.exec(scriptsOf('')[script] ?? '') ?? [];
    return command === undefined ? [] : [wordsIn(`${command} ${more}`)];
  });
}

/** Why these words are no command of ours. */
export async function faultIn(words: string[]): Promise<string | undefined> {
  const names = Object.keys(commands);
  const name = names.find((one) => `${words.join(' ')} `.startsWith(`${one} `));
  if (name === undefined) {
    const group = words.join(' ').replace(/ ?--help$/, '');
    const isThere = group === '' || names.some((one) => one.startsWith(`${group} `));
    return words.includes('--help') && isThere ? undefined : 'There is no such command.';
  }
  const command = await commands[name]?.();
  try {
    if (command) readArguments(words.slice(name.split(' ').length), command);
    return undefined;
  } catch (error) {
    if (error instanceof WrongArguments) return error.message;
    throw error;
  }
}

/** The scripts that it runs by npm, and whether they are those of the folder that it is about. */
export function scriptsIn(sample: Sample): { page: string; script: string; isThere: boolean }[] {
  const scripts = scriptsOf(folderOf(sample));
  return [...sample.code.matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, named, short]) => {
    const script = named ?? short ?? '';
    return { page: sample.page, script, isThere: script in scripts };
  });
}

/** The example that it installs something in, or that its page has copied last; otherwise the checkout. */
function folderOf(sample: Sample): string {
  if (sample.code.includes('npm install ../../latchkey')) return sample.page.replace('README.md', '');
  const ofPage = samples.filter(({ page }) => page === sample.page);
  const soFar = ofPage.slice(0, ofPage.indexOf(sample) + 1).map(({ code }) => code);
  const [, copied] = [...soFar.join('').matchAll(/cp -r latchkey\/(examples\/[\w-]+)/g)].at(-1) ?? [];
  return copied === undefined ? '' : `${copied}/`;
}

/** The settings in front of commands of ours. */
export const settingsIn = ({ lines }: Sample): string[] =>
  lines
    .filter((line) => /^(export )?[A-Z_]+=.* (npm|npx latchkey) |^export /.test(line))
    .map((line) => line.replace(/^export /, '').split('=', 1)[0] ?? '');
