import { existsSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { consumer } from '../../support/consumer.ts';
import type { Consumer } from '../../support/consumer.ts';

describe('examples/pieces, installed from the packed file', () => {
  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('pieces', { from: 'examples' });
  });
  afterAll(() => project[Symbol.dispose]());

  test('compile, all of them', async () => {
    expect(await project.compile('npm run build')).toEqual([]);
  });

  test('do what they say', async () => {
    const printed = await project.run('npm test');
    expect(printed).toMatch(/pass [4-9]/);
    expect(printed).toMatch(/fail 0/);
  });

  test('write a letter into a file', async () => {
    await project.run('node preview.ts');
    expect(existsSync(project.file('letter.html'))).toBe(true);
    expect(readFileSync(project.file('letter.html'), 'utf8')).toContain('choose a new password here');
  });
});
