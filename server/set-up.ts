import type { Config } from './config.ts';
import { isLoopback } from './kernel/origin.ts';
import type { Logger } from './kernel/logger.ts';

/** Says what works and is likely to be wrong: at the start, and once each where only requests show it. */
export function createSetUp(
  log: Logger,
  config: Pick<Config, 'publicUrl' | 'corsOrigins' | 'trustedProxies' | 'smtpUrl'>,
  { hasMailer, hasKeys }: { hasMailer: boolean; hasKeys: boolean },
) {
  const { publicUrl, corsOrigins, trustedProxies, smtpUrl } = config;
  const isDevelopment = isLoopback(publicUrl);
  const said = new Set<string>();
  let isAlone = true;

  if (!isDevelopment && !corsOrigins) {
    log.warn(
      { event: 'origins.open' },
      'CORS_ORIGINS (corsOrigins) is not set: pages of any origin may call, without cookies. Set it to the origins of your pages, or to that of APP_URL (appUrl) if there are no others',
    );
  }
  if (!isDevelopment && trustedProxies.length === 0) {
    log.warn(
      { event: 'proxies.none' },
      'TRUSTED_PROXIES (trustedProxies) is not set: behind the proxy that ends TLS all visitors count as one, and ten wrong logins block them all',
    );
  }
  if (!isDevelopment && !hasMailer && smtpUrl === undefined) {
    log.warn(
      { event: 'mail.none' },
      'SMTP_URL (smtpUrl) is not set: nobody sends mails, and what needs one refuses with MAIL_NOT_CONFIGURED. Operators can make links for new passwords',
    );
  }

  if (!isDevelopment && !hasKeys) {
    log.warn(
      { event: 'keys.none' },
      'ENCRYPTION_KEYS is not set: nobody can set up an authenticator app, which refuses with TOTP_NOT_CONFIGURED. Keep the key where the database and its backups are not',
    );
  }

  function once(what: string, say: () => void): void {
    if (said.has(what)) return;
    said.add(what);
    say();
  }

  return {
    isDevelopment,
    /** Whether no request has named another host than this machine. */
    isAlone: () => isAlone,
    foreignHost() {
      if (!isDevelopment) return;
      isAlone = false;
      once('host', () =>
        log.warn(
          { event: 'host.foreign' },
          'Requests come for another host than this machine, but PUBLIC_URL (publicUrl) is one of development: cookies are not Secure. Set it to the https address that browsers see',
        ),
      );
    },
    addressUnknown() {
      once('address', () =>
        log.warn(
          { event: 'address.unknown' },
          'Requests come without the address of who sends them, so all count as one, and ten wrong logins block them all. Give createContext an address, see docs/embedding.md',
        ),
      );
    },
  };
}
