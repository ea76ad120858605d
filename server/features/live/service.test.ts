import { setImmediate as nextTurn } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { requireCaller, requireContext } from '../../context.ts';
import { newId } from '../../kernel/id.ts';
import { testAuth } from '../../testing/test-auth.ts';
import { followAsStream } from './service.ts';

/** A stream that has said that it is there, and the signal after that, for which tRPC asks ahead of time. */
async function following() {
  const auth = await testAuth();
  const call = requireContext(await auth.as('ada@example.com'));
  const reader = new AbortController();
  const stream = followAsStream(call, await requireCaller(call), reader.signal);
  await stream.next();
  return { auth, call, reader, stream, ahead: stream.next() };
}

test('a stream whose reader turns out to have left while the process ends just ends: nobody would hear a fault', async () => {
  const { auth, reader, ahead } = await following();
  const closed = auth.close();
  await nextTurn();
  reader.abort();
  expect(await ahead).toEqual({ done: true, value: undefined });
  await closed;
});

test('a stream whose reader is there is told that the process ends', async () => {
  const { auth, ahead } = await following();
  const [told] = await Promise.allSettled([ahead, auth.close()]);
  expect(told).toMatchObject({ status: 'rejected', reason: { refusal: { reason: 'BUSY' } } });
});

test('a stream that sees its session gone before it is told why waits for the reason', async () => {
  const { auth, call, stream, ahead } = await following();
  const { user, session } = await requireCaller(call);
  const { db } = call.deps;
  const told = (kind: string, sessionId: string): string[] => [
    JSON.stringify({ kind, userId: user.id, sessionId, by: 'logout' }),
  ];
  await db.atomically((tx) => [tx.orm.delete(tx.tables.sessions)], told('session.started', newId()));
  setTimeout(() => {
    void db.atomically((tx) => [tx.orm.delete(tx.tables.sessions)], told('session.ended', session.id));
  }, 50);
  expect(await ahead).toMatchObject({ value: { reason: 'signedInElsewhere' } });
  expect(await stream.next()).toMatchObject({ value: { reason: 'signedOut' } });
  expect(await stream.next()).toMatchObject({ done: true });
  await auth.close();
});
