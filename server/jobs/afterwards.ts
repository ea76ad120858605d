/** How long an answer may take to leave. */
const delay = 300;

/** What is done a little later by a timer, and by this process or not at all. */
export function createAfterwards() {
  const waiting = new Map<NodeJS.Timeout, () => Promise<void>>();
  const underWay = new Set<Promise<void>>();

  function begin(timer: NodeJS.Timeout, work: () => Promise<void>): void {
    clearTimeout(timer);
    waiting.delete(timer);
    const done = work().finally(() => underWay.delete(done));
    underWay.add(done);
  }

  return {
    later(work: () => Promise<void>): void {
      const timer = setTimeout(() => begin(timer, work), delay).unref();
      waiting.set(timer, work);
    },
    /** Does all of it now. */
    async run(): Promise<void> {
      for (const [timer, work] of waiting) begin(timer, work);
      await Promise.all(underWay);
    },
    /** Drops what has not begun, and waits for what has. */
    async stop(): Promise<void> {
      for (const timer of waiting.keys()) clearTimeout(timer);
      waiting.clear();
      await Promise.all(underWay);
    },
  };
}
