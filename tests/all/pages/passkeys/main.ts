import { createAuthClient, safe } from '../../../../client/index.ts';
import { createPasskey, NoPasskey, passkeysAreSupported, usePasskey } from '../../../../client/passkeys.ts';

const auth = createAuthClient({ url: new URLSearchParams(location.search).get('server') ?? 'http://localhost:3000' });

const page = { auth, safe, createPasskey, NoPasskey, passkeysAreSupported, usePasskey };
export type PasskeysPage = typeof page;

Object.assign(globalThis, { page });
