import { recentlyVerifiedProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { factorRefusals } from '../sessions/contract.ts';
import { replaceOutput } from './contract.ts';
import { replaceRecoveryCodes } from './service.ts';

export const recoveryCodeProcedures = {
  replace: recentlyVerifiedProcedure
    .meta({ message: 'Keep these codes where you find them when your phone is lost. They are not shown again.' })
    .errors(refusalsOf(factorRefusals))
    .input(noInput)
    .output(replaceOutput)
    .mutation(({ ctx }) => replaceRecoveryCodes(ctx, ctx.me)),
};
