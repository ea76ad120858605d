import { refusalsOf } from '../../error-shapes.ts';
import { publicProcedure } from '../../trpc.ts';
import { deliveryRefusals } from '../sessions/contract.ts';
import { disabledRefusals, logInInput, logInOutput, logInRefusals } from './contract.ts';
import { logIn } from './service.ts';

export const logInProcedures = {
  login: publicProcedure
    .meta({ message: { signedIn: 'Login successful', factorNeeded: 'Show a second factor to complete the login.' } })
    .errors(refusalsOf(logInRefusals))
    .errors(refusalsOf(disabledRefusals))
    .errors(refusalsOf(deliveryRefusals))
    .input(logInInput)
    .output(logInOutput)
    .mutation(({ ctx, input }) => logIn(ctx, input)),
};
