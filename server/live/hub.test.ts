import { expect, test } from 'vitest';

import { newId } from '../kernel/id.ts';
import { createHub } from './hub.ts';
import type { News } from './hub.ts';

function database() {
  const listeners = new Set<(news: string | null) => void>();
  return {
    listeners,
    tell: (news: string | null) => listeners.forEach((listener) => listener(news)),
    hear(listener: (news: string | null) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const follower = (userId: string, heard: (News | null)[] = []) => ({
  userId,
  sessionId: newId(),
  isStream: true,
  hear: (news: News | null) => void heard.push(news),
  end: () => {},
});

test('however many follow, there is one listener, and none once nobody does', () => {
  const db = database();
  const hub = createHub({ db });
  const userId = newId();
  const leaves = Array.from({ length: 100 }, () => hub.join(follower(userId)));
  expect(db.listeners.size).toBe(1);
  expect(hub.streams({ userId, sessionId: '' })).toEqual({ ofSession: 0, ofUser: 100, all: 100 });
  for (const leave of leaves) {
    leave();
    leave();
  }
  expect(db.listeners.size).toBe(0);
  expect(hub.streams({ userId, sessionId: '' })).toEqual({ ofSession: 0, ofUser: 0, all: 0 });
});

test('whatever else is told on the channel is heard by nobody, and breaks nothing', () => {
  const db = database();
  const hub = createHub({ db });
  const heard: (News | null)[] = [];
  const userId = newId();
  hub.join(follower(userId, heard));
  for (const text of ['', 'null', '{', '[]', '"x"', '{"kind":1}', `{"kind":"x","userId":"${newId()}"}`]) db.tell(text);
  expect(heard).toEqual([]);
  db.tell(JSON.stringify({ kind: 'user.updated', userId }));
  expect(heard).toEqual([{ kind: 'user.updated', userId }]);
});

test('after a loss everybody hears of it, a hundred at once', async () => {
  const db = database();
  const hub = createHub({ db });
  const heard: (News | null)[] = [];
  for (let count = 0; count < 250; count += 1) hub.join(follower(newId(), heard));
  db.tell(null);
  expect(heard).toHaveLength(100);
  await expect.poll(() => heard.length).toBe(250);
});
