import { signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { newPasswordRefusals } from '../accounts/contract.ts';
import { passwordRefusals } from '../logins/contract.ts';
import { assuranceRefusals } from '../sessions/contract.ts';
import { changeInput, changeOutput } from './contract.ts';
import { changePassword } from './service.ts';

export const passwordProcedures = {
  change: signedInProcedure
    .meta({ message: 'Password changed.' })
    .errors(refusalsOf(assuranceRefusals))
    .errors(refusalsOf(passwordRefusals))
    .errors(refusalsOf(newPasswordRefusals))
    .input(changeInput)
    .output(changeOutput)
    .mutation(({ ctx, input }) => changePassword(ctx, ctx.me, input)),
};
