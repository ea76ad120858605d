import { startProbe } from '../probe.ts';
import { runTool } from '../run-tool.ts';
import type { Attack, Stand } from '../stand.ts';

const connections = 500;
const mostMilliseconds = 1000;

interface Mode {
  name: string;
  path: string;
  args: string[];
  seconds: number;
  /** Whether the server must have ended every connection by then. */
  isCut: boolean;
}

const slowHeads: Mode = { name: 'slow heads', path: '/api/auth/me', args: ['-H', '-i', '2'], seconds: 25, isCut: true };

const modes: Mode[] = [
  slowHeads,
  {
    name: 'slow bodies',
    path: '/api/auth/login',
    args: ['-B', '-i', '2', '-s', '8192', '-f', 'application/json'],
    seconds: 50,
    isCut: true,
  },
  // A server cannot know of answers that wait in the buffers of the system, so these stay until they are read.
  {
    name: 'slow reading',
    path: '/api/auth/me',
    args: ['-X', '-k', '10', '-w', '1', '-y', '64', '-n', '2', '-z', '16'],
    seconds: 25,
    isCut: false,
  },
];

/** Holds many connections open while somebody else goes on asking. */
export const slowhttptest: Attack = {
  tool: 'slowhttptest',
  async carryOut(stand) {
    stand.say('slow heads to a weak server, as a control');
    const weakPort = await stand.startWeakServer();
    const weak = await attack(stand, weakPort, { ...slowHeads, path: '/', seconds: 14 });
    const isSighted = !weak.isAvailable;

    const target = await stand.startTarget('off');
    const token = await target.logIn();
    const found: string[] = [];
    const did: string[] = [];
    for (const mode of modes) {
      stand.say(`${mode.name}, ${connections} connections`);
      const probe = startProbe(target, token);
      const { isAvailable, open } = await attack(stand, target.port, mode);
      const { asked, failures, p99Milliseconds } = await probe.stop();
      did.push(
        `${mode.name}: ${asked} others asked meanwhile, ${failures.length} in vain, p99 ${Math.round(p99Milliseconds)} ms`,
      );
      if (!isAvailable) found.push(`${mode.name}: the service was not available`);
      if (mode.isCut && open > 0) found.push(`${mode.name}: ${open} connections were not cut`);
      if (p99Milliseconds > mostMilliseconds) found.push(`${mode.name}: others waited for ${p99Milliseconds} ms`);
      found.push(...failures.map((failure) => `${mode.name}: ${failure}`));
    }
    return {
      did: `${connections} connections each. ${did.join('; ')}`,
      found,
      control: `a server without limits is ${isSighted ? 'not' : 'still'} available`,
      isSighted,
    };
  },
};

async function attack(
  { folder }: Stand,
  port: number,
  { path, args, seconds }: Mode,
): Promise<{ isAvailable: boolean; open: number }> {
  const load = ['-c', String(connections), '-r', '200', '-l', String(seconds), '-p', '3'];
  const { printed, isTimedOut } = await runTool(
    ['slowhttptest', ...args, ...load, '-u', `http://127.0.0.1:${port}${path}`],
    { folder, seconds: seconds + 15 },
  );
  const said = [...printed.matchAll(/service available: +(YES|NO)/g)].map(([, available]) => available);
  if (isTimedOut || said.length === 0) throw new Error(`slowhttptest did not finish:\n${printed.slice(-2000)}`);
  const [, open = '0'] = [...printed.matchAll(/connected: +(\d+)/g)].at(-1) ?? [];
  return {
    isAvailable: !said.includes('NO'),
    open: /No open connections left/.test(printed) ? 0 : Number(open),
  };
}
