import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { publicProcedure } from '../../trpc.ts';
import { ceremonyRefusals } from '../ceremonies/contract.ts';
import { disabledRefusals } from '../logins/contract.ts';
import { passkeyAsked, passkeyRefusals, wrongPasskeyRefusals } from '../passkeys/contract.ts';
import { deliveryRefusals, signedIn } from '../sessions/contract.ts';
import { signInInput } from './contract.ts';
import { askForPasskey, signInByPasskey } from './service.ts';

export const passkeySignInProcedures = {
  startSignIn: publicProcedure
    .errors(refusalsOf(passkeyRefusals))
    .input(noInput)
    .output(passkeyAsked)
    .mutation(({ ctx }) => askForPasskey(ctx.deps, { kind: 'passkeySignIn' })),

  signIn: publicProcedure
    .meta({ message: 'Login successful' })
    .errors(refusalsOf(ceremonyRefusals))
    .errors(refusalsOf(passkeyRefusals))
    .errors(refusalsOf(wrongPasskeyRefusals))
    .errors(refusalsOf(disabledRefusals))
    .errors(refusalsOf(deliveryRefusals))
    .input(signInInput)
    .output(signedIn)
    .mutation(({ ctx, input }) => signInByPasskey(ctx, input)),
};
