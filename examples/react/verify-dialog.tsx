import { verifyInput } from 'latchkey-client/contract';
import { useEffect, useId, useRef } from 'react';

import { auth } from './auth.ts';
import type { Method } from './auth.ts';
import { FactorStep } from './factors/factor-step.tsx';
import { Field } from './field.tsx';
import { Form } from './form.tsx';
import { useForm } from './use-form.ts';

interface VerifyDialogProps {
  methods: Method[];
  onClosed: (isVerified: boolean) => void;
}

/** Asks again who is there. Whoever is not sure may leave by Escape. */
export function VerifyDialog({ methods, onClosed }: VerifyDialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const close = (isVerified: boolean): void => {
    // It gives the focus back to what had it before.
    dialog.current?.close();
    onClosed(isVerified);
  };
  const factors = methods.filter((method) => method !== 'password');
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={() => close(false)}>
      <h2 id={id}>Is it you?</h2>
      {methods.includes('password') && <Password shown={() => close(true)} />}
      {factors.length > 0 && (
        <FactorStep
          methods={factors}
          send={(factor) => auth.factors.verify.mutate({ factor })}
          ask={() => auth.factors.startVerification.mutate()}
          done={() => close(true)}
        />
      )}
      <button type="button" className="plain" onClick={() => close(false)}>
        Cancel
      </button>
    </dialog>
  );
}

function Password({ shown }: { shown: () => void }) {
  const form = useForm({ schema: verifyInput, call: auth.sessions.verify.mutate, done: shown });
  return (
    <>
      <p>This needs your password again.</p>
      <Form form={form} label="Show your password" button="Go on">
        <Field label="Your password" name="password" type="password" autoComplete="current-password" form={form} />
      </Form>
    </>
  );
}
