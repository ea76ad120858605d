import { minutes } from './clock.ts';
import { networkOf } from './ip-address.ts';

const mostOfAKind = 20;
const mostKinds = 1000;

/**
 * Which refusals are written to the log: of one reason from one network 20 a minute. Of the others
 * only their number, once a minute, or whoever sends nonsense fills the disk.
 */
export function boundRefusals(
  sayOmitted: (omitted: number) => void,
): (refusal: { event?: unknown; address?: unknown; reason?: unknown }) => boolean {
  const seen = new Map<string, number>();
  let omitted = 0;
  let ending: NodeJS.Timeout | undefined;

  function endMinute(): void {
    ending = undefined;
    seen.clear();
    if (omitted > 0) sayOmitted(omitted);
    omitted = 0;
  }

  return ({ address, reason }) => {
    ending ??= setTimeout(endMinute, minutes(1)).unref();
    const kind = `${networkOf(String(address))} ${String(reason)}`;
    const count = (seen.get(kind) ?? 0) + 1;
    const isWritten = count <= mostOfAKind && (count > 1 || seen.size < mostKinds);
    if (isWritten) seen.set(kind, count);
    else omitted += 1;
    return isWritten;
  };
}
