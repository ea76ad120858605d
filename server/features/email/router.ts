import { recentlyVerifiedProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { publicProcedure } from '../../trpc.ts';
import { addressRefusals } from '../accounts/contract.ts';
import { checkYourMail } from '../link-mails/contract.ts';
import { linkRefusals, mailRefusals } from '../links/contract.ts';
import {
  changeEmailInput,
  confirmChangeOutput,
  resendInput,
  tokenInput,
  undoChangeOutput,
  verifyOutput,
} from './contract.ts';
import { confirmEmailChange, requestEmailChange, resendVerification, undoEmailChange, verifyEmail } from './service.ts';

export const emailProcedures = {
  resend: publicProcedure
    .meta({ message: 'If this address has an account that is not confirmed yet, a mail with a link is on its way.' })
    .errors(refusalsOf(mailRefusals))
    .input(resendInput)
    .output(checkYourMail)
    .mutation(({ ctx, input }) => resendVerification(ctx, input)),

  verify: publicProcedure
    .meta({ message: 'Your e-mail address is confirmed.' })
    .errors(refusalsOf(linkRefusals))
    .input(tokenInput)
    .output(verifyOutput)
    .mutation(({ ctx, input }) => verifyEmail(ctx, input)),

  change: recentlyVerifiedProcedure
    .meta({ message: 'A mail is on its way to the new address. Nothing changes before its link is used.' })
    .errors(refusalsOf(mailRefusals))
    .input(changeEmailInput)
    .output(checkYourMail)
    .mutation(({ ctx, input }) => requestEmailChange(ctx, ctx.me, input)),

  confirmChange: publicProcedure
    .meta({ message: 'Your account has its new e-mail address.' })
    .errors(refusalsOf(linkRefusals))
    .errors(refusalsOf(addressRefusals))
    .input(tokenInput)
    .output(confirmChangeOutput)
    .mutation(({ ctx, input }) => confirmEmailChange(ctx, input)),

  undoChange: publicProcedure
    .meta({ message: 'Your account has its former e-mail address again. Choose a new password by the next mail.' })
    .errors(refusalsOf(linkRefusals))
    .errors(refusalsOf(addressRefusals))
    .input(tokenInput)
    .output(undoChangeOutput)
    .mutation(({ ctx, input }) => undoEmailChange(ctx, input)),
};
