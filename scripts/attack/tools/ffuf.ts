import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { knownPaths, pathsToTry } from '../paths.ts';
import { runTool } from '../run-tool.ts';
import type { Attack, Stand } from '../stand.ts';

interface Result {
  input: { FUZZ: string };
  status: number;
}

const refusals = [400, 404, 405];

/** Asks for some hundreds of addresses: files, forgotten pages, other spellings of what there is. */
export const ffuf: Attack = {
  tool: 'ffuf',
  async carryOut(stand) {
    const paths = pathsToTry();
    writeFileSync(join(stand.folder, 'paths.txt'), paths.join('\n'));

    stand.say('asking a weak server, as a control');
    const weak = await fuzz(stand, await stand.startWeakServer(), 'GET');
    const isSighted = weak.some(({ input, status }) => input.FUZZ === '.git/config' && status === 200);

    const { port } = await stand.startTarget('off');
    const found: string[] = [];
    for (const method of ['GET', 'POST']) {
      stand.say(`asking for ${paths.length} addresses by ${method}`);
      const results = await fuzz(stand, port, method);
      const there = results.filter(({ input, status }) => !refusals.includes(status) && !knownPaths.has(input.FUZZ));
      found.push(...there.map(({ input, status }) => `${method} /${input.FUZZ} was answered ${status}`));
      // Those that are meant to be there were seen, too, so that the rest was looked for at the right place.
      if (!results.some(({ input }) => input.FUZZ === 'livez')) found.push('/livez was not found');
      const answered = new Set(results.map(({ input }) => input.FUZZ));
      const silent = paths.filter((path) => !answered.has(path));
      found.push(...silent.map((path) => `${method} /${path} was not answered`));
    }
    return {
      did: `${paths.length} addresses by GET and by POST`,
      found,
      control: `${isSighted ? '' : 'no '}/.git/config found on a server that has it`,
      isSighted,
    };
  },
};

async function fuzz({ folder }: Stand, port: number, method: string): Promise<Result[]> {
  const output = join(folder, 'results.json');
  const body = method === 'POST' ? ['-d', '{}', '-H', 'Content-Type: application/json'] : [];
  const address = ['-u', `http://127.0.0.1:${port}/FUZZ`, '-X', method, ...body];
  // One at a time: with more, this version now and then loses a result.
  const { printed, isTimedOut } = await runTool(
    ['ffuf', ...address, '-w', join(folder, 'paths.txt'), '-t', '1', '-mc', 'all', '-s', '-o', output],
    { folder, seconds: 60 },
  );
  if (isTimedOut) throw new Error(`ffuf did not finish:\n${printed.slice(-2000)}`);
  // ffuf's own form.
  return (JSON.parse(readFileSync(output, 'utf8')) as { results: Result[] }).results;
}
