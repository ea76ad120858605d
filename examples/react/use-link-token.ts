import { useSyncExternalStore } from 'react';

let token = takeToken();

/** What the link of a mail has brought, or nothing. It is out of the address bar, and of the history, before anything is shown. */
export const useLinkToken = (): string => useSyncExternalStore(subscribe, () => token);

function takeToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (token) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

/** Of another link that is pasted while the page is open the browser loads nothing. */
function subscribe(listener: () => void): () => void {
  const onHashChange = (): void => {
    token = takeToken() || token;
    listener();
  };
  addEventListener('hashchange', onHashChange);
  return () => removeEventListener('hashchange', onHashChange);
}
