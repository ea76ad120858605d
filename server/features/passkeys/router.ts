import { recentlyVerifiedProcedure, signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { ceremonyRefusals } from '../ceremonies/contract.ts';
import { removalRefusals, unknownFactorRefusals } from '../totp/contract.ts';
import {
  listOutput,
  newPasskeyRefusals,
  passkeyOffer,
  passkeyRefusals,
  registerInput,
  registerOutput,
  removeInput,
  removeOutput,
  renameInput,
  renameOutput,
  wrongPasskeyRefusals,
} from './contract.ts';
import { nameIt, offerPasskey, passkeysOf, registerPasskey, removePasskey } from './service.ts';

export const passkeyProcedures = {
  startRegistration: recentlyVerifiedProcedure
    .errors(refusalsOf(passkeyRefusals))
    .input(noInput)
    .output(passkeyOffer)
    .mutation(({ ctx }) => offerPasskey(ctx, ctx.me)),

  register: recentlyVerifiedProcedure
    .meta({ message: 'Passkey added.' })
    .errors(refusalsOf(ceremonyRefusals))
    .errors(refusalsOf(passkeyRefusals))
    .errors(refusalsOf(wrongPasskeyRefusals))
    .errors(refusalsOf(newPasskeyRefusals))
    .input(registerInput)
    .output(registerOutput)
    .mutation(({ ctx, input }) => registerPasskey(ctx, ctx.me, input)),

  list: signedInProcedure
    .input(noInput)
    .output(listOutput)
    .query(async ({ ctx }) => ({ passkeys: await passkeysOf(ctx.deps, ctx.me.user.id) })),

  rename: recentlyVerifiedProcedure
    .errors(refusalsOf(unknownFactorRefusals))
    .input(renameInput)
    .output(renameOutput)
    .mutation(async ({ ctx, input }) => ({ passkey: await nameIt(ctx, ctx.me, input) })),

  remove: recentlyVerifiedProcedure
    .meta({ message: 'Passkey removed.' })
    .errors(refusalsOf(unknownFactorRefusals))
    .errors(refusalsOf(removalRefusals))
    .input(removeInput)
    .output(removeOutput)
    .mutation(({ ctx, input }) => removePasskey(ctx, ctx.me, input)),
};
