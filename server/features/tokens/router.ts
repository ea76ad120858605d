import { signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { issueInput, issueOutput, tokenRefusals } from './contract.ts';
import { issueToken } from './service.ts';

export const tokenProcedures = {
  issue: signedInProcedure
    .errors(refusalsOf(tokenRefusals))
    .input(issueInput)
    .output(issueOutput)
    .mutation(({ ctx, input }) => issueToken(ctx.deps, ctx.me.user.id, input)),
};
