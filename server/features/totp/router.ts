import { recentlyVerifiedProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import {
  confirmInput,
  confirmOutput,
  disableOutput,
  removalRefusals,
  totpOffer,
  totpRefusals,
  unknownFactorRefusals,
  wrongFactorRefusals,
} from './contract.ts';
import { confirmApp, disableApp, offerApp } from './service.ts';

export const totpProcedures = {
  enrol: recentlyVerifiedProcedure
    .meta({ message: 'Let an authenticator app scan this, and then show one of its codes.' })
    .errors(refusalsOf(totpRefusals))
    .input(noInput)
    .output(totpOffer)
    .mutation(({ ctx }) => offerApp(ctx.deps, ctx.me.user)),

  confirm: recentlyVerifiedProcedure
    .meta({ message: 'From now on a login asks for a code of the app.' })
    .errors(refusalsOf(totpRefusals))
    .errors(refusalsOf(wrongFactorRefusals))
    .input(confirmInput)
    .output(confirmOutput)
    .mutation(({ ctx, input }) => confirmApp(ctx, ctx.me, input)),

  disable: recentlyVerifiedProcedure
    .meta({ message: 'A login asks for codes of the app no more.' })
    .errors(refusalsOf(unknownFactorRefusals))
    .errors(refusalsOf(removalRefusals))
    .input(noInput)
    .output(disableOutput)
    .mutation(({ ctx }) => disableApp(ctx, ctx.me)),
};
