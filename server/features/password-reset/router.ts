import { refusalsOf } from '../../error-shapes.ts';
import { publicProcedure } from '../../trpc.ts';
import { newPasswordRefusals } from '../accounts/contract.ts';
import { checkYourMail } from '../link-mails/contract.ts';
import { linkRefusals, mailRefusals } from '../links/contract.ts';
import { completeInput, completeOutput, requestInput } from './contract.ts';
import { completePasswordReset, requestPasswordReset } from './service.ts';

export const passwordResetProcedures = {
  request: publicProcedure
    .meta({ message: 'If this address has an account, a mail with a link is on its way.' })
    .errors(refusalsOf(mailRefusals))
    .input(requestInput)
    .output(checkYourMail)
    .mutation(({ ctx, input }) => requestPasswordReset(ctx, input)),

  complete: publicProcedure
    .meta({ message: 'Password changed. Log in with the new one.' })
    .errors(refusalsOf(linkRefusals))
    .errors(refusalsOf(newPasswordRefusals))
    .input(completeInput)
    .output(completeOutput)
    .mutation(({ ctx, input }) => completePasswordReset(ctx, input)),
};
