/** A value that is watched. It changes only when its content does. */
export interface Observed<Value> {
  get(): Value;
  set(next: Value): void;
  subscribe(listener: (value: Value) => void): () => void;
}

export function observed<Value>(value: Value): Observed<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    get: () => value,
    set(next) {
      if (JSON.stringify(next) === JSON.stringify(value)) return;
      value = next;
      for (const listener of listeners) {
        try {
          listener(next);
        } catch (error) {
          // One listener's fault is not the next one's; the platform reports it.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
