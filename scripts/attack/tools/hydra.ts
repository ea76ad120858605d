import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { limits } from '../../../server/limits/limits.ts';
import { startRelay } from '../relay.ts';
import { inWords } from '../report.ts';
import { runTool } from '../run-tool.ts';
import type { Attack, Stand } from '../stand.ts';
import { account } from '../target.ts';
import type { Target } from '../target.ts';

const wrongPasswords = Array.from({ length: 40 }, (_, index) => `WrongPassword${index}`);

/** Guesses at one account: the right password is in the list, behind more wrong ones than the limits let through. */
export const hydra: Attack = {
  tool: 'hydra',
  async carryOut(stand) {
    stand.say('guessing without limits, as a control');
    const unlimited = await stand.startTarget('off');
    const isSighted = await findsPassword(stand, unlimited);

    stand.say('guessing');
    const target = await stand.startTarget('on');
    const before = await target.answers();
    const isFound = await findsPassword(stand, target);
    const { 201: _registered, ...answers } = await target.answers();
    if (before[201] !== 1) throw new Error('The account to guess at was not there.');

    return {
      did: `${wrongPasswords.length + 1} passwords of one account, the last one right (${inWords(answers)})`,
      found: [
        ...(isFound ? ['the password was guessed'] : []),
        ...((answers[401] ?? 0) > limits['login.address'].most ? [`${answers[401]} passwords were looked at`] : []),
        ...(answers[429] ? [] : ['no limit was met']),
      ],
      control: isSighted ? 'without limits the password is found' : 'without limits the password is not found either',
      isSighted,
    };
  },
};

async function findsPassword({ folder }: Stand, target: Target): Promise<boolean> {
  const list = join(folder, 'passwords.txt');
  writeFileSync(list, [...wrongPasswords, account.password].join('\n'));
  await using relay = await startRelay(target.port);
  const form = [
    '/api/auth/login',
    String.raw`{"email"\:"^USER^","password"\:"^PASS^"}`,
    String.raw`H=Content-Type\: application/json`,
    'S=signedIn',
  ];
  const who = ['-l', account.email, '-P', list];
  const where = ['-s', String(relay.port), '127.0.0.1', 'http-post-form', form.join(':')];
  const { printed, isTimedOut } = await runTool(['hydra', '-I', '-t', '4', ...who, ...where], { folder, seconds: 60 });
  if (isTimedOut || !/\d valid passwords? found/.test(printed)) throw new Error(`hydra did not finish:\n${printed}`);
  return printed.includes(`password: ${account.password}`);
}
