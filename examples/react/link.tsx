import type { MouseEvent, ReactNode } from 'react';

import { go } from './use-path.ts';

/** A link to another page of this app. With a key held it opens a tab, as any link does. */
export function Link({ to, children }: { to: string; children: ReactNode }) {
  const onClick = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={onClick}>
      {children}
    </a>
  );
}
