import { expect, test } from 'vitest';

import { answerIn, consumer } from '../../support/consumer.ts';

test('a monorepo whose packages are compiled one by one re-exports the types of its router and its client', async () => {
  using project = await consumer('monorepo');
  for (const version of ['5', '7']) await project.run(`node node_modules/typescript-${version}/bin/tsc -b --force`);
  await using api = await project.serve('node packages/api/out/start.js');
  expect(answerIn(await project.run(`node packages/web/out/main.js ${api.url}`))).toEqual({
    mine: 'ada@example.com',
    me: 'ada@example.com',
    minimum: 8,
    code: 'BAD_REQUEST',
  });
});
