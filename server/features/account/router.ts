import { recentlyVerifiedProcedure, signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { logOutOutput } from '../sessions/contract.ts';
import { deletionRefusals, eventsInput, eventsOutput, exportOutput, updateInput, updateOutput } from './contract.ts';
import { deleteOwnAccount, exportAccount, ownEvents, updateAccount } from './service.ts';

export const ownAccountProcedures = {
  update: signedInProcedure
    .meta({ message: 'Updated' })
    .input(updateInput)
    .output(updateOutput)
    .mutation(({ ctx, input }) => updateAccount(ctx, ctx.me, input)),

  delete: recentlyVerifiedProcedure
    .meta({ message: 'Account deleted' })
    .errors(refusalsOf(deletionRefusals))
    .input(noInput)
    .output(logOutOutput)
    .mutation(({ ctx }) => deleteOwnAccount(ctx, ctx.me)),

  export: recentlyVerifiedProcedure
    .input(noInput)
    .output(exportOutput)
    .query(({ ctx }) => exportAccount(ctx, ctx.me)),

  events: signedInProcedure
    .input(eventsInput)
    .output(eventsOutput)
    .query(({ ctx, input }) => ownEvents(ctx, ctx.me, input)),
};
