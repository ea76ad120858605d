import { join } from 'node:path';

import { total } from '../report.ts';
import { runTool } from '../run-tool.ts';
import type { Attack, Stand } from '../stand.ts';
import { account } from '../target.ts';
import type { Target } from '../target.ts';

/** A request in which each asterisk is an input to try. */
interface Marked {
  name: string;
  args: string[];
  inputs: number;
}

const asJson = ['-H', 'Content-Type: application/json'];

/** Tries to bring statements of its own to the database by every input of every procedure. */
export const sqlmap: Attack = {
  tool: 'sqlmap',
  async carryOut(stand) {
    stand.say('a weak server, as a control');
    const weakUrl = `http://127.0.0.1:${await stand.startWeakServer()}/login`;
    const weak = await inject(stand, {
      name: 'control',
      args: ['-u', weakUrl, '--data', '{"email":"ada*"}', ...asJson],
      inputs: 1,
    });
    const isSighted = weak.some((line) => line.includes('Payload'));

    const target = await stand.startTarget('off');
    const before = total(await target.answers());
    const requests = await requestsTo(target);
    const found: string[] = [];
    for (const marked of requests) {
      stand.say(marked.name);
      found.push(...(await inject(stand, marked)).map((line) => `${marked.name}: ${line}`));
    }
    const inputs = requests.reduce((sum, request) => sum + request.inputs, 0);
    return {
      did: `${inputs} inputs in ${requests.length} kinds of request, ${total(await target.answers()) - before} requests`,
      found,
      control: isSighted ? 'finds the injection of a weak server' : 'does not find the injection of a weak server',
      isSighted,
    };
  },
};

async function requestsTo(target: Target): Promise<Marked[]> {
  const { email, password } = account;
  const at = (path: string, ...args: string[]): string[] => ['-u', target.url + path, ...args];
  const body = (value: Record<string, string>): string[] => ['--data', JSON.stringify(value), ...asJson];
  // Without it the first registration would take the address, and all others would end there.
  const newAddress = '--randomize=email';
  const [token, endedToken] = [await target.logIn(), await target.logIn()];
  return [
    {
      name: 'login',
      args: at('/api/auth/login', ...body({ email: `${email}*`, password: `${password}*`, deliver: 'token*' })),
      inputs: 3,
    },
    {
      name: 'login over tRPC',
      args: at('/trpc/auth.login', ...body({ email: `ada*@example.com`, password })),
      inputs: 1,
    },
    {
      name: 'register',
      args: at('/api/auth/register', ...body({ email: `${email}*`, password, deliver: 'token*' })),
      inputs: 2,
    },
    {
      name: 'register, names and passwords',
      args: at('/api/auth/register', ...body({ email, password: `${password}*`, name: 'Ada*' }), newAddress),
      inputs: 2,
    },
    { name: 'me, its input', args: at('/api/auth/me?input=*'), inputs: 1 },
    { name: 'me, in a batch', args: at('/trpc/auth.me?batch=1&input=*'), inputs: 1 },
    { name: 'me, the bearer token', args: at('/api/auth/me', '-H', `Authorization: Bearer ${token}*`), inputs: 1 },
    { name: 'me, the cookie', args: at('/api/auth/me', '--cookie', `latchkey_session=${token}*`), inputs: 1 },
    {
      name: 'logout',
      args: at('/api/auth/logout', '--method', 'POST', ...asJson, '-H', `Authorization: Bearer ${endedToken}*`),
      inputs: 1,
    },
  ];
}

/** What was found in one request, each thing a line. */
async function inject({ folder }: Stand, { name, args, inputs }: Marked): Promise<string[]> {
  const kept = ['--batch', '--flush-session', '--disable-coloring', '--output-dir', join(folder, 'sqlmap')];
  const effort = ['--dbms', 'sqlite', '--level', '3', '--risk', '3', '--threads', '4', '--time-sec', '2'];
  const { printed, isTimedOut } = await runTool(
    ['sqlmap', ...args, ...kept, ...effort, '--ignore-code', '400,401,403,409,503'],
    { folder, seconds: 150 },
  );
  if (/identified the following injection point|is vulnerable/.test(printed))
    return printed
      .split('\n')
      .filter((line) => /^ *(Parameter|Type|Payload):/.test(line))
      .map((line) => line.trim());
  if (isTimedOut || !printed.includes('all tested parameters do not appear to be injectable'))
    throw new Error(`sqlmap did not finish with ${name}:\n${printed.slice(-3000)}`);
  const tried = new Set([...printed.matchAll(/testing for SQL injection on (.*)/g)].map(([, input]) => input)).size;
  // Of its own accord it tries more, such as User-Agent.
  return tried >= inputs ? [] : [`${tried} of ${inputs} inputs were tried`];
}
