import { accountProcedures } from './features/accounts/router.ts';
import { sessionProcedures } from './features/sessions/router.ts';
import { router } from './trpc.ts';

/** Every procedure of Latchkey; a host mounts it under `auth`. */
export const authRouter = router({
  ...accountProcedures,
  ...sessionProcedures,
});

/** What the server alone serves: the same procedures in the same place. */
export const appRouter = router({ auth: authRouter });

export type AppRouter = typeof appRouter;
