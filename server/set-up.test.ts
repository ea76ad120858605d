import { expect, test } from 'vitest';

import { readConfig } from './config.ts';
import { createLogger } from './kernel/logger.ts';
import { createSetUp } from './set-up.ts';

test.each([
  ['https://auth.example.com', false, true],
  ['https://auth.example.com', true, false],
  ['http://localhost:3000', false, false],
])('a server at %s, with keys: %s, is told that it takes no authenticator apps: %s', (url, hasKeys, isTold) => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => lines.push(line) });
  createSetUp(log, readConfig({ PUBLIC_URL: url }), { hasMailer: true, hasKeys });
  expect(lines.join('').includes('"keys.none"')).toBe(isTold);
});
