import { signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { publicProcedure } from '../../trpc.ts';
import { ceremonyRefusals } from '../ceremonies/contract.ts';
import { passkeyAsked, passkeyRefusals } from '../passkeys/contract.ts';
import { deliveryRefusals } from '../sessions/contract.ts';
import { totpOffer, totpRefusals, wrongFactorRefusals } from '../totp/contract.ts';
import {
  enrolRefusals,
  listFactorsOutput,
  proofInput,
  proveInput,
  proveOutput,
  verifyFactorInput,
  verifyFactorOutput,
} from './contract.ts';
import { askCaller, askPending, enrolPending, listFactors, proveFactor, verifyFactor } from './service.ts';

export const factorProcedures = {
  prove: publicProcedure
    .meta({ message: 'Login successful' })
    .errors(refusalsOf(ceremonyRefusals))
    .errors(refusalsOf(wrongFactorRefusals))
    .errors(refusalsOf(totpRefusals))
    .errors(refusalsOf(passkeyRefusals))
    .errors(refusalsOf(deliveryRefusals))
    .input(proveInput)
    .output(proveOutput)
    .mutation(({ ctx, input }) => proveFactor(ctx, input)),

  enrol: publicProcedure
    .meta({ message: 'Let an authenticator app scan this, and then show one of its codes.' })
    .errors(refusalsOf(ceremonyRefusals))
    .errors(refusalsOf(enrolRefusals))
    .errors(refusalsOf(totpRefusals))
    .input(proofInput)
    .output(totpOffer)
    .mutation(({ ctx, input }) => enrolPending(ctx, input)),

  challenge: publicProcedure
    .errors(refusalsOf(ceremonyRefusals))
    .errors(refusalsOf(passkeyRefusals))
    .input(proofInput)
    .output(passkeyAsked)
    .mutation(({ ctx, input }) => askPending(ctx, input)),

  verify: signedInProcedure
    .meta({ message: 'Verified' })
    .errors(refusalsOf(ceremonyRefusals))
    .errors(refusalsOf(wrongFactorRefusals))
    .errors(refusalsOf(totpRefusals))
    .errors(refusalsOf(passkeyRefusals))
    .input(verifyFactorInput)
    .output(verifyFactorOutput)
    .mutation(({ ctx, input }) => verifyFactor(ctx, ctx.me, input)),

  startVerification: signedInProcedure
    .errors(refusalsOf(passkeyRefusals))
    .input(noInput)
    .output(passkeyAsked)
    .mutation(({ ctx }) => askCaller(ctx, ctx.me)),

  list: signedInProcedure
    .input(noInput)
    .output(listFactorsOutput)
    .query(({ ctx }) => listFactors(ctx, ctx.me)),
};
