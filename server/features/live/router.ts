import { signedInProcedure } from '../../assurance.ts';
import { refusalsOf } from '../../error-shapes.ts';
import { noInput } from '../../kernel/fields.ts';
import { liveRefusals, signals } from './contract.ts';
import { followAsStream } from './service.ts';

export const liveProcedures = {
  changes: signedInProcedure
    .errors(refusalsOf(liveRefusals))
    .input(noInput)
    .output(signals)
    .subscription(({ ctx, signal }) => followAsStream(ctx, ctx.me, signal)),
};
