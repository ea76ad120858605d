import { ownAccountProcedures } from './features/account/router.ts';
import { accountProcedures } from './features/accounts/router.ts';
import { deviceProcedures } from './features/devices/router.ts';
import { logInProcedures } from './features/logins/router.ts';
import { passkeySignInProcedures } from './features/passkey-sign-in/router.ts';
import { passkeyProcedures } from './features/passkeys/router.ts';
import { passwordProcedures } from './features/password/router.ts';
import { factorProcedures } from './features/factors/router.ts';
import { emailProcedures } from './features/email/router.ts';
import { liveProcedures } from './features/live/router.ts';
import { passwordResetProcedures } from './features/password-reset/router.ts';
import { recoveryCodeProcedures } from './features/recovery-codes/router.ts';
import { sessionProcedures } from './features/sessions/router.ts';
import { tokenProcedures } from './features/tokens/router.ts';
import { totpProcedures } from './features/totp/router.ts';
import { verificationProcedures } from './features/verification/router.ts';
import { router } from './trpc.ts';

/** Every procedure of Latchkey; a host mounts it under `auth`. */
export const authRouter = router({
  ...accountProcedures,
  ...logInProcedures,
  ...sessionProcedures,
  password: passwordProcedures,
  email: emailProcedures,
  passwordReset: passwordResetProcedures,
  sessions: { ...verificationProcedures, ...deviceProcedures, ...liveProcedures },
  factors: factorProcedures,
  totp: totpProcedures,
  recoveryCodes: recoveryCodeProcedures,
  passkeys: { ...passkeyProcedures, ...passkeySignInProcedures },
  account: ownAccountProcedures,
  token: tokenProcedures,
});

/** What the server alone serves: the same procedures in the same place. */
export const appRouter = router({ auth: authRouter });

export type AppRouter = typeof appRouter;
