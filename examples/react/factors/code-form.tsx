import { verifyFactorInput } from 'latchkey-client/contract';

import type { Call, Code } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import type { Done } from '../use-call.ts';
import { useForm } from '../use-form.ts';

interface CodeFormProps<Answer> {
  method: 'totp' | 'recoveryCode';
  send: (factor: Code) => Call<Answer>;
  done: Done<Answer, unknown>;
}

// Of those that the server takes, those that are typed.
const [totp, recoveryCode] = verifyFactorInput.shape.factor.options;
const codeInput = { totp, recoveryCode };

/** A code of the app, or one of the recovery codes. */
export function CodeForm<Answer>({ method, send, done }: CodeFormProps<Answer>) {
  const form = useForm({
    schema: codeInput[method],
    read: ({ code }) => ({ method, code }),
    call: send,
    done,
  });
  return (
    <Form form={form} label="Show a second factor" button="Go on">
      {method === 'totp' ? (
        <Field
          label="Code of your authenticator app"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          form={form}
        />
      ) : (
        <Field label="One of your recovery codes" name="code" autoComplete="off" autoFocus form={form} />
      )}
    </Form>
  );
}
