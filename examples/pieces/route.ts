import express from 'express';
import type { Express } from 'express';

import { auth } from './app.ts';

export function withReport(): Express {
  const app = express();
  // A session by cookie is for looking only: what changes something is a procedure, which looks at where a call is from.
  app.get('/report.csv', async (req, res) => {
    const caller = await auth.callerOf(auth.createContext({ req, res }));
    if (!caller) return void res.sendStatus(401);
    res.type('text/csv').send(`who\n${caller.user.email}\n`);
  });
  return app;
}
