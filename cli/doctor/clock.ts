import { seconds } from '../../server/kernel/clock.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';

/** The codes of authenticator apps change every half a minute, and instances go by each other's times. */
const mostApart = seconds(5);

/** @param ahead how many milliseconds the other clock is ahead of this machine's */
export function clockFinding(check: string, whose: string, ahead: number): Finding {
  const apart = Math.round(Math.abs(ahead) / 1000);
  if (Math.abs(ahead) <= mostApart) return ok(check, `The clock of ${whose} agrees with this machine's`);
  return fault(
    check,
    `The clock of ${whose} is ${apart} seconds ${ahead > 0 ? 'ahead of' : 'behind'} this machine's: codes of authenticator apps and links in mails may fail. Let both set their clocks by NTP`,
  );
}
