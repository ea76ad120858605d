import { useEffect } from 'react';

import { go } from './use-path.ts';

/** Shows another page instead; the way back does not lead here. */
export function Redirect({ to }: { to: string }) {
  useEffect(() => go(to, 'replace'), [to]);
  return null;
}
