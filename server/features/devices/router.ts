import { recentlyVerifiedProcedure, signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { deviceRefusals, listOutput, revokeInput, revokeOthersOutput, revokeOutput } from './contract.ts';
import { listSessions, revokeOtherSessions, revokeSession } from './service.ts';

export const deviceProcedures = {
  list: signedInProcedure
    .input(noInput)
    .output(listOutput)
    .query(({ ctx }) => listSessions(ctx, ctx.me)),

  revoke: recentlyVerifiedProcedure
    .errors(refusalsOf(deviceRefusals))
    .input(revokeInput)
    .output(revokeOutput)
    .mutation(({ ctx, input }) => revokeSession(ctx, ctx.me, input)),

  revokeOthers: recentlyVerifiedProcedure
    .input(noInput)
    .output(revokeOthersOutput)
    .mutation(({ ctx }) => revokeOtherSessions(ctx, ctx.me)),
};
