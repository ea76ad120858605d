import Bowser from 'bowser';

/** What a person recognises a device by, in words; `null` where the request does not say. */
export interface Device {
  /** Such as `Firefox 152`. */
  browser: string | null;
  /** Such as `Windows` or `iOS`. */
  system: string | null;
}

/** Reads a `User-Agent`. Anybody can write anything into it: it tells people, and decides nothing. */
export function deviceOf(userAgent: string): Device {
  if (userAgent === '') return { browser: null, system: null };
  const { browser, os } = Bowser.parse(userAgent);
  const [major] = (browser.version ?? '').split('.', 1);
  return { browser: inWords([browser.name, major]), system: inWords([os.name]) };
}

const mostCharacters = 64;

// The names are the library's, but of a browser that it does not know it takes them from the text.
function inWords(parts: (string | undefined)[]): string | null {
  const words = parts.filter((part) => part !== undefined && /^[\w .+-]+$/.test(part)).join(' ');
  return words === '' ? null : words.slice(0, mostCharacters);
}
