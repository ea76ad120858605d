import { refusalsOf } from '../../error-shapes.ts';
import { publicProcedure } from '../../trpc.ts';
import { deliveryRefusals } from '../sessions/contract.ts';
import { addressRefusals, newPasswordRefusals, registerInput, registerOutput, registerRefusals } from './contract.ts';
import { register } from './service.ts';

export const accountProcedures = {
  register: publicProcedure
    .meta({
      status: 201,
      message: {
        signedIn: 'User registered successfully',
        checkYourMail: 'A mail with a link is on its way to this address.',
        factorNeeded: 'User registered. Set up a second factor to log in.',
      },
    })
    .errors(refusalsOf(registerRefusals))
    .errors(refusalsOf(addressRefusals))
    .errors(refusalsOf(newPasswordRefusals))
    .errors(refusalsOf(deliveryRefusals))
    .input(registerInput)
    .output(registerOutput)
    .mutation(({ ctx, input }) => register(ctx, input)),
};
