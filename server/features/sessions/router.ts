import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { publicProcedure } from '../../trpc.ts';
import { logOutOutput, meOutput, sessionRefusals } from './contract.ts';
import { logOut } from './service.ts';

export const sessionProcedures = {
  logout: publicProcedure
    .meta({ message: 'Logged out' })
    .errors(refusalsOf(sessionRefusals))
    .input(noInput)
    .output(logOutOutput)
    .mutation(({ ctx }) => logOut(ctx)),

  me: publicProcedure
    .errors(refusalsOf(sessionRefusals))
    .input(noInput)
    .output(meOutput)
    .query(({ ctx }) => ctx.caller()),
};
