import { isIPv6 } from 'node:net';

import type { Config } from './config.ts';
import { isLoopback } from './kernel/origin.ts';
import type { Logger } from './kernel/logger.ts';

/** Something that works and is likely to be wrong. */
export interface Likely {
  event: string;
  text: string;
}

type Settings = Pick<Config, 'host' | 'publicUrl' | 'corsOrigins' | 'trustedProxies' | 'smtpUrl'>;

interface Brought {
  hasMailer: boolean;
  hasKeys: boolean;
}

/** What the settings alone show of it. */
export function likelyWrong(settings: Settings, { hasMailer, hasKeys }: Brought): Likely[] {
  const { host, publicUrl, corsOrigins, trustedProxies, smtpUrl } = settings;
  if (isLoopback(publicUrl)) {
    const isOpen = host !== 'localhost' && !isLoopback(`http://${isIPv6(host) ? `[${host}]` : host}`);
    // Cookies and passwords would cross the network in clear text.
    const text = 'Listening beyond this machine without https: set PUBLIC_URL, or take HOST away';
    return isOpen ? [{ event: 'host.open', text }] : [];
  }
  const found: (Likely | false)[] = [
    !corsOrigins && {
      event: 'origins.open',
      text: 'CORS_ORIGINS (corsOrigins) is not set: pages of any origin may call, without cookies. Set it to the origins of your pages, or to that of APP_URL (appUrl) if there are no others',
    },
    trustedProxies.length === 0 && {
      event: 'proxies.none',
      text: 'TRUSTED_PROXIES (trustedProxies) is not set: behind the proxy that ends TLS all visitors count as one, and ten wrong logins block them all',
    },
    !hasMailer &&
      smtpUrl === undefined && {
        event: 'mail.none',
        text: 'SMTP_URL (smtpUrl) is not set: nobody sends mails, and what needs one refuses with MAIL_NOT_CONFIGURED. Operators can make links for new passwords',
      },
    !hasKeys && {
      event: 'keys.none',
      text: 'ENCRYPTION_KEYS is not set: nobody can set up an authenticator app, which refuses with TOTP_NOT_CONFIGURED. Keep the key where the database and its backups are not',
    },
  ];
  return found.filter((one) => one !== false);
}

/** Says what is likely to be wrong: at the start, and once each where only requests show it. */
export function createSetUp(log: Logger, settings: Settings, brought: Brought) {
  const isDevelopment = isLoopback(settings.publicUrl);
  const said = new Set<string>();
  let isAlone = true;
  // Nearly always that of the request before.
  let lastHost: string | undefined;

  for (const { event, text } of likelyWrong(settings, brought)) log.warn({ event }, text);

  function once(what: string, say: () => void): void {
    if (said.has(what)) return;
    said.add(what);
    say();
  }

  return {
    isDevelopment,
    /** Whether no request has named another host than this machine. */
    isAlone: () => isAlone,
    askedFor(host: string | undefined) {
      if (!isDevelopment || host === lastHost) return;
      lastHost = host;
      if (host === undefined || isLoopback(`http://${host}`)) return;
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
