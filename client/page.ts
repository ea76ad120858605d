/** The page that a session store lives in. */
export interface Page {
  /** Whether the store would like to look; it is told to once the page is shown and has a network. */
  isDue: boolean;
  /** Tells the other tabs that the session has changed, and nothing else of it. */
  tellOthers(this: void): void;
  stop(): void;
}

const longMilliseconds = 60_000;

/**
 * Says when to look again: after another tab has told of a change, and when the page is shown after
 * it was away for a minute. Never while it is hidden. `undefined` where there is no page.
 */
export function watchPage(name: string, look: () => void): Page | undefined {
  if (typeof document === 'undefined') return undefined;
  const stopping = new AbortController();
  const channel = openChannel(name);
  let hiddenAt: number | undefined;

  const page: Page = {
    isDue: false,
    tellOthers: () => channel?.postMessage(null),
    stop() {
      stopping.abort();
      channel?.close();
    },
  };
  const lookIfShown = (event?: Event): void => {
    // By the clock on the wall: performance.now() may stand still while the machine sleeps.
    const now = Date.now();
    if (document.hidden) {
      hiddenAt ??= now;
      return;
    }
    // A page that comes back by the back button shows what was true when it was left.
    if ((event as PageTransitionEvent | undefined)?.persisted || now - (hiddenAt ?? now) >= longMilliseconds)
      page.isDue = true;
    hiddenAt = undefined;
    if (!page.isDue) return;
    page.isDue = false;
    look();
  };

  const { signal } = stopping;
  for (const event of ['visibilitychange', 'pageshow', 'online']) addEventListener(event, lookIfShown, { signal });
  channel?.addEventListener('message', () => {
    page.isDue = true;
    lookIfShown();
  });
  lookIfShown();
  return page;
}

function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    // There is none, or the browser keeps this page away from others of its origin.
    return undefined;
  }
}
