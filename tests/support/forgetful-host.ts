import { initTRPC } from '@trpc/server';

import { authRouter } from '../../server/router.ts';

// A host that has forgotten our part of its context; nothing but a run can tell it so.
const t = initTRPC.create();
const router = t.router({ auth: authRouter });
// It compiles: tRPC looks at no context of routers inside.
await router
  .createCaller({})
  .auth.me()
  .catch((error: Error) => console.log(error.message));
