import { live } from 'latchkey-client/live';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app.tsx';
import { auth } from './auth.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
// A session that is ended elsewhere is over here at once.
live(auth);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
