/**
 * Keeps this process from going to sleep until what is returned is called, which tells the part of the time in
 * which it had something to do. Where a processor sleeps in a virtual machine, waking it can cost whoever does
 * so more than an answer costs: a server that is slower than its client would pay for each, and a quicker one never.
 *
 * @param done how much was done so far
 */
export function keepAwake(done: () => number): () => number {
  const startedAt = performance.now();
  let [at, before, busy, isOver] = [startedAt, done(), 0, false];
  const turn = (): void => {
    const [now, count] = [performance.now(), done()];
    if (count > before) busy += now - at;
    [at, before] = [now, count];
    if (!isOver) setImmediate(turn);
  };
  turn();
  return () => {
    isOver = true;
    return busy / (performance.now() - startedAt);
  };
}
