/** What lists tell once they have run, to those who listen in this process. */
export interface News {
  tell(news: readonly (string | null)[]): void;
  hear(listener: (news: string | null) => void): () => void;
}

export function createNews(): News {
  const listeners = new Set<(news: string | null) => void>();
  return {
    tell(news) {
      for (const one of news) for (const listener of listeners) listener(one);
    },
    hear(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
