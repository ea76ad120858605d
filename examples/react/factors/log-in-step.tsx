import { auth } from '../auth.ts';
import type { FactorNeeded } from '../auth.ts';
import { Page } from '../page.tsx';
import { EnrolStep } from './enrol-step.tsx';
import { FactorStep } from './factor-step.tsx';
import { useShowCodes } from './keep-codes.tsx';

/** The second half of a login. Once it is done the session says so, and another page is shown. */
export function LogInStep({ needed: { methods, proof }, again }: { needed: FactorNeeded; again: () => void }) {
  const showCodes = useShowCodes();
  const send = (factor: Parameters<typeof auth.factors.prove.mutate>[0]['factor']) =>
    auth.factors.prove.mutate({ proof, factor });
  const done = ({ recoveryCodes }: { recoveryCodes?: string[] }): void => showCodes(recoveryCodes);
  return (
    <Page heading={methods.length === 0 ? 'Set up a second factor' : 'One more step'}>
      <section>
        {methods.length === 0 ? (
          <EnrolStep
            why="Your account needs a second factor beside its password: a code that an app on your phone shows."
            offer={() => auth.factors.enrol.mutate({ proof })}
            button="Set up an authenticator app"
            send={send}
            done={done}
          />
        ) : (
          <FactorStep methods={methods} send={send} ask={() => auth.factors.challenge.mutate({ proof })} done={done} />
        )}
        <div className="buttons">
          <button type="button" className="plain" onClick={again}>
            Begin again
          </button>
        </div>
      </section>
    </Page>
  );
}
