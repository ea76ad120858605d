import { signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { passwordRefusals } from '../logins/contract.ts';
import { verifyInput, verifyOutput } from './contract.ts';
import { verifySession } from './service.ts';

export const verificationProcedures = {
  verify: signedInProcedure
    .meta({ message: 'Verified' })
    .errors(refusalsOf(passwordRefusals))
    .input(verifyInput)
    .output(verifyOutput)
    .mutation(({ ctx, input }) => verifySession(ctx, ctx.me, input)),
};
