import type { Deps } from '../../deps.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { generalRefusals } from '../../kernel/refusals.ts';
import { isCommon } from '../../passwords/common.ts';
import { guessableFrom } from '../../passwords/guessable.ts';
import { newPasswordRefusals } from '../accounts/contract.ts';

/**
 * What every new password must meet, wherever it is set.
 *
 * @throws Refusal PASSWORD_TOO_SHORT, PASSWORD_COMMON, PASSWORD_GUESSABLE, PASSWORD_BREACHED, BUSY
 */
export async function refuseWeakPassword(
  deps: Pick<Deps, 'config' | 'breached' | 'log'>,
  { password, email }: { password: string; email: string },
): Promise<void> {
  const { passwordMinLength: minimum, publicUrl, appUrl } = deps.config;
  if (Array.from(password).length < minimum) throw new Refusal(newPasswordRefusals, 'PASSWORD_TOO_SHORT', { minimum });

  if (isCommon(password)) throw new Refusal(newPasswordRefusals, 'PASSWORD_COMMON');

  const because = guessableFrom(password, { email, origins: [publicUrl, appUrl] });
  if (because) throw new Refusal(newPasswordRefusals, 'PASSWORD_GUESSABLE', { because });

  if (await isBreached(deps, password)) throw new Refusal(newPasswordRefusals, 'PASSWORD_BREACHED');
}

/** Last, because it alone reads a disk. */
async function isBreached({ breached, log }: Pick<Deps, 'breached' | 'log'>, password: string): Promise<boolean> {
  if (!breached) return false;
  try {
    return await breached.has(password);
  } catch (err) {
    log.error({ event: 'password.notCompared', err }, 'BREACHED_PASSWORDS cannot be read: no password can be set');
    // Whether it is one is not known, and in doubt the answer is no (ASVS 16.5.3).
    throw new Refusal(generalRefusals, 'BUSY', { retryAfterSeconds: 60 });
  }
}
