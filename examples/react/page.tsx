import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

/** A page with its heading, which is also the title of the tab, and which screen readers say when the page has changed. */
export function Page({ heading, children }: { heading: string; children?: ReactNode }) {
  const h1 = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Not while the site has only been opened: the header comes first then.
    if (navigator.userActivation.hasBeenActive) h1.current?.focus();
  }, []);
  return (
    <>
      <title>{heading}</title>
      <h1 ref={h1} tabIndex={-1}>
        {breakable(heading)}
      </h1>
      {children}
    </>
  );
}

/** So that an e-mail address that is longer than the line breaks before its @. */
function breakable(text: string): ReactNode {
  const [name, ...domain] = text.split('@');
  return domain.length === 0 ? (
    text
  ) : (
    <>
      {name}
      <wbr />@{domain.join('@')}
    </>
  );
}
