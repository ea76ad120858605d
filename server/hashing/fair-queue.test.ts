import { describe, expect, test } from 'vitest';

import { createFairQueue } from './fair-queue.ts';

const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/** Work that a test ends when it likes, and the order in which it began. */
function bench() {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  return {
    began,
    work: (name: string) => async () => {
      began.push(name);
      await new Promise<void>((end) => ends.push(end));
      return name;
    },
    end: async (times: number): Promise<void> => {
      for (let index = 0; index < times; index += 1) {
        await settled();
        ends.shift()?.();
      }
      await settled();
    },
  };
}

const isBusy = { refusal: { reason: 'BUSY' } };

describe('a fair queue', () => {
  test('runs as much at once as it may, and the rest later', async () => {
    const queue = createFairQueue({ atOnce: 2, most: 10 });
    const { began, work, end } = bench();
    const results = Promise.all(['a', 'b', 'c'].map(async (name) => await queue.run('lane', work(name))));
    await settled();
    expect(began).toEqual(['a', 'b']);
    await end(1);
    expect(began).toEqual(['a', 'b', 'c']);
    await end(2);
    expect(await results).toEqual(['a', 'b', 'c']);
  });

  test('lets lanes take turns, however many one of them has waiting', async () => {
    const queue = createFairQueue({ atOnce: 1, most: 100 });
    const { began, work, end } = bench();
    for (let index = 0; index < 5; index += 1) void queue.run('flood', work(`flood ${index}`));
    void queue.run('ada', work('ada'));
    void queue.run('eve', work('eve'));
    await end(4);
    expect(began).toEqual(['flood 0', 'flood 1', 'ada', 'eve', 'flood 2']);
  });

  test('refuses a lane that has filled it, at once', async () => {
    const queue = createFairQueue({ atOnce: 1, most: 3 });
    const { work } = bench();
    for (let index = 0; index < 4; index += 1) void queue.run('flood', work('x'));
    await expect(queue.run('flood', work('x'))).rejects.toMatchObject(isBusy);
  });

  test('makes room for another lane by refusing the last of the longest', async () => {
    const queue = createFairQueue({ atOnce: 1, most: 3 });
    const { began, work, end } = bench();
    const flood = Array.from({ length: 4 }, async (_, index) => await queue.run('flood', work(`flood ${index}`)));
    void queue.run('ada', work('ada'));
    await expect(flood[3]).rejects.toMatchObject(isBusy);
    await end(3);
    expect(began).toEqual(['flood 0', 'flood 1', 'ada', 'flood 2']);
  });

  test('refuses a newcomer where every lane waits with no more than one', async () => {
    const queue = createFairQueue({ atOnce: 1, most: 2 });
    const { work } = bench();
    for (const lane of ['a', 'b', 'c']) void queue.run(lane, work(lane));
    await expect(queue.run('d', work('d'))).rejects.toMatchObject(isBusy);
  });

  test('goes on after work that failed', async () => {
    const queue = createFairQueue({ atOnce: 1, most: 10 });
    const failing = queue.run('a', async () => await Promise.reject(new Error('no')));
    const next = queue.run('b', async () => await Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
