import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};
addEventListener('popstate', tell);

/** Shows another page, without loading anything. */
export function go(path: string, how: 'push' | 'replace' = 'push'): void {
  history[`${how}State`](null, '', path);
  scrollTo(0, 0);
  tell();
}

/** The path in the address bar: a component that asks for it follows it. */
export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
