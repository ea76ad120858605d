import { refusalsOf } from '../../error-shapes.ts';
import { publicProcedure } from '../../trpc.ts';
import { deliveryRefusals, signedIn } from '../sessions/contract.ts';
import { logInInput, logInRefusals, newPasswordRefusals, registerInput, registerRefusals } from './contract.ts';
import { logIn, register } from './service.ts';

export const accountProcedures = {
  register: publicProcedure
    .meta({ status: 201, message: 'User registered successfully' })
    .errors(refusalsOf(registerRefusals))
    .errors(refusalsOf(newPasswordRefusals))
    .errors(refusalsOf(deliveryRefusals))
    .input(registerInput)
    .output(signedIn)
    .mutation(({ ctx, input }) => register(ctx, input)),

  login: publicProcedure
    .meta({ message: 'Login successful' })
    .errors(refusalsOf(logInRefusals))
    .errors(refusalsOf(deliveryRefusals))
    .input(logInInput)
    .output(signedIn)
    .mutation(({ ctx, input }) => logIn(ctx, input)),
};
