import type { RequestFacts } from '../deps.ts';
import type { ClientIp } from './client-ip.ts';
import { joined } from './request-head.ts';
import type { RequestHead } from './request-head.ts';

type Lazy = 'address' | 'userAgent' | 'locale';
type Known = Omit<RequestFacts, Lazy>;

/** What a request says about itself. Most calls ask neither for its address nor for its program, so both are read when one does. */
export class HeadFacts implements RequestFacts {
  readonly requestId: RequestFacts['requestId'];
  readonly credential: RequestFacts['credential'];
  readonly presentedTokens: RequestFacts['presentedTokens'];
  readonly mayChange: boolean;
  readonly keepsCookies: boolean;
  readonly isOwnPage: boolean;
  readonly isStreamed: boolean;
  readonly saysNoBody: boolean;
  readonly #head: RequestHead;
  readonly #clientIp: ClientIp;

  constructor(head: RequestHead, clientIp: ClientIp, known: Known) {
    this.requestId = known.requestId;
    this.credential = known.credential;
    this.presentedTokens = known.presentedTokens;
    this.mayChange = known.mayChange;
    this.keepsCookies = known.keepsCookies;
    this.isOwnPage = known.isOwnPage;
    this.isStreamed = known.isStreamed;
    this.saysNoBody = known.saysNoBody;
    this.#head = head;
    this.#clientIp = clientIp;
  }

  get address(): string {
    return this.#clientIp(this.#head);
  }

  get userAgent(): string {
    return (joined(this.#head, 'user-agent') ?? '').slice(0, mostOfUserAgent);
  }

  get locale(): string | null {
    return languagesIn(joined(this.#head, 'accept-language'));
  }
}

const mostOfUserAgent = 512;

const mostLanguages = 4;

/** The primary tags of what is asked for (RFC 9110 §12.5.4), the one that is liked best first: `fr,de`. */
function languagesIn(header = ''): string | null {
  const ranges = header.split(',', 20).flatMap((range) => {
    const [, tag, quality = '1'] = /^\s*([a-z]{2,3})(?![a-z])[^;]*(?:;\s*q=([\d.]+))?/i.exec(range) ?? [];
    return tag && Number(quality) > 0 ? [{ tag: tag.toLowerCase(), quality: Number(quality) }] : [];
  });
  const liked = ranges.toSorted((one, other) => other.quality - one.quality).map(({ tag }) => tag);
  return [...new Set(liked)].slice(0, mostLanguages).join(',') || null;
}
