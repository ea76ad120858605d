import type { Logger } from '../kernel/logger.ts';
import type { Mailer } from './mailer.ts';

/**
 * For development: writes each mail into the log, its link too, where a person at a terminal reads
 * it. Never where others can reach the server: their links would be in the log.
 *
 * @param isAlone whether nobody beyond this machine has been seen
 */
export const printingMailer = (log: Pick<Logger, 'warn'>, isAlone: () => boolean): Mailer => ({
  async send({ to, subject, text }) {
    if (isAlone()) log.warn({ event: 'mail.printed' }, `A mail to ${to}, which nobody sends: ${subject}\n\n${text}`);
    else
      log.warn(
        { event: 'mail.notPrinted' },
        'A mail was neither sent nor printed: there is no mailer, and others than this machine use the server',
      );
  },
});
