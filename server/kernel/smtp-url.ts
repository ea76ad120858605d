/** A mail server, as a URL names it. */
export interface SmtpServer {
  host: string;
  port: number;
  /** Whether TLS is spoken from the first byte. */
  isSmtps: boolean;
  /** Whether it is this machine itself, as it is written: what a resolver would make of another name is not known here. */
  isLoopback: boolean;
  auth?: { user: string; pass: string };
}

const pattern = /^(smtps?):\/\/(?:([^\s:/?#@]+):([^\s:/?#@]+)@)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?\/?$/i;

/** The server that a URL names, or `undefined`. Only what is known here may stand in it. */
export function smtpServerIn(url: string): SmtpServer | undefined {
  const [, scheme = '', user, pass, host = '', port] = pattern.exec(url) ?? [];
  const isSmtps = scheme.toLowerCase() === 'smtps';
  const [name, word] = [decoded(user), decoded(pass)];
  const number = Number(port ?? (isSmtps ? 465 : 587));
  if (scheme === '' || name === null || word === null || number < 1 || number > 65_535) return undefined;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
    port: number,
    isSmtps,
    isLoopback: /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host),
    ...(name !== undefined && word !== undefined && { auth: { user: name, pass: word } }),
  };
}

/** `null` where it cannot be decoded. */
function decoded(part: string | undefined): string | undefined | null {
  try {
    return part && decodeURIComponent(part);
  } catch {
    return null;
  }
}
