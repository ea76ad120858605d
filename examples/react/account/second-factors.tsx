import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import { EnrolStep } from '../factors/enrol-step.tsx';
import { useShowCodes } from '../factors/keep-codes.tsx';
import { useAnswer } from '../use-answer.ts';
import { Passkeys } from './passkeys.tsx';
import { Section } from './section.tsx';
import { When } from './when.tsx';

/** What is asked for after the password: an authenticator app, passkeys, and codes for when both are lost. */
export function SecondFactors({ changes, changed }: { changes: number; changed: () => void }) {
  const { answer, fault } = useAnswer(auth.factors.list.query, changes);
  const showCodes = useShowCodes();
  const added = ({ recoveryCodes }: { recoveryCodes?: string[] }): void => {
    showCodes(recoveryCodes);
    changed();
  };
  const enrol = {
    offer: () => auth.totp.enrol.mutate(),
    send: ({ code }: { code: string }) => auth.totp.confirm.mutate({ code }),
    done: added,
  };
  // The last one of an account that must have one: it can be replaced only.
  const isNeeded = answer?.isRequired && !answer.methods.includes('passkey');
  return (
    <Section heading="Second factors">
      <p role="alert">{fault}</p>
      {answer?.totpSince ? (
        <>
          <p>
            You have an authenticator app since <When at={answer.totpSince} />.
          </p>
          {/* Shown anew after a change, or the code of before would be asked for still. */}
          <EnrolStep key={answer.totpSince} {...enrol} button="Set up another one in its place" />
          {!isNeeded && (
            <Action className="plain" call={() => auth.totp.disable.mutate()} done={changed}>
              Remove the authenticator app
            </Action>
          )}
        </>
      ) : (
        <EnrolStep {...enrol} button="Add an authenticator app" />
      )}
      <Passkeys changes={changes} added={added} changed={changed} />
      {answer && answer.methods.length > 0 && (
        <>
          <p>{answer.recoveryCodesLeft} recovery codes are left.</p>
          <Action className="plain" call={() => auth.recoveryCodes.replace.mutate()} done={added}>
            Make new recovery codes
          </Action>
        </>
      )}
    </Section>
  );
}
