import { useState } from 'react';

import { Action } from '../action.tsx';
import type { Call, Code, Offer } from '../auth.ts';
import type { Done } from '../use-call.ts';
import { CodeForm } from './code-form.tsx';

interface EnrolStepProps<Answer> {
  /** What to say before anything is offered. */
  why?: string;
  /** Asks for what the app takes. */
  offer: () => Call<Offer>;
  button: string;
  /** Sends its first code. */
  send: (factor: Code) => Call<Answer>;
  done: Done<Answer, unknown>;
}

/** Sets up an authenticator app: a picture to scan, or a text to type, and then its first code. */
export function EnrolStep<Answer>({ why, offer, button, send, done }: EnrolStepProps<Answer>) {
  const [offered, setOffered] = useState<Offer>();
  if (!offered)
    return (
      <>
        {why && <p>{why}</p>}
        <Action call={offer} done={setOffered}>
          {button}
        </Action>
      </>
    );
  return (
    <>
      <p>Scan this with an authenticator app, and type the code that it shows.</p>
      <img className="qr" alt="QR code for an authenticator app" src={pictureOf(offered.qr)} />
      <p className="small">
        On this device: <a href={offered.uri}>open the app</a>. Or type into it: <code>{offered.secret}</code>
      </p>
      <CodeForm method="totp" send={send} done={done} />
    </>
  );
}

const pictureOf = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;
