import { passkeysAreSupported } from 'latchkey-client/passkeys';

import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import { madePasskey, throughBrowser } from '../factors/browser.ts';
import { useAnswer } from '../use-answer.ts';
import { PasskeyItem } from './passkey-item.tsx';

interface PasskeysProps {
  changes: number;
  added: (answer: { recoveryCodes?: string[] }) => void;
  changed: () => void;
}

export function Passkeys({ changes, added, changed }: PasskeysProps) {
  const { answer, fault } = useAnswer(auth.passkeys.list.query, changes);
  return (
    <>
      <h3>Passkeys</h3>
      <ul className="list short" aria-label="Passkeys">
        {answer?.passkeys.map((passkey) => (
          <PasskeyItem key={passkey.id} passkey={passkey} changed={changed} />
        ))}
      </ul>
      <p role="alert">{fault}</p>
      {passkeysAreSupported() && (
        <Action
          className="plain"
          call={() => auth.passkeys.startRegistration.mutate()}
          done={async (offer) =>
            await throughBrowser(
              async () => await madePasskey(offer),
              (made) => auth.passkeys.register.mutate(made),
              added,
            )
          }
        >
          Add a passkey
        </Action>
      )}
    </>
  );
}
