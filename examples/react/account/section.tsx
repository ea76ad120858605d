import { useId } from 'react';
import type { ReactNode } from 'react';

/** A part of the page, which can be gone to by its heading. */
export function Section({ heading, children }: { heading: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {children}
    </section>
  );
}
