import type { ReactNode } from 'react';

import { Link } from '../link.tsx';
import { Page } from '../page.tsx';

/** A page that says one thing. */
export function Notice({ heading, children }: { heading: string; children?: ReactNode }) {
  return (
    <Page heading={heading}>
      <div>{children}</div>
      <p>
        <Link to="/">To the start</Link>
      </p>
    </Page>
  );
}
