import { renamePasskeyInput } from 'latchkey-client/contract';

import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import type { Passkey } from '../auth.ts';
import { Field } from '../field.tsx';
import { Form } from '../form.tsx';
import { useForm } from '../use-form.ts';
import { When } from './when.tsx';

/** One passkey, with what its owner calls it and a button that removes it. */
export function PasskeyItem({ passkey, changed }: { passkey: Passkey; changed: () => void }) {
  const { id, name, lastUsedAt } = passkey;
  const form = useForm({
    schema: renamePasskeyInput,
    read: (typed) => ({ ...typed, id }),
    call: auth.passkeys.rename.mutate,
    done() {
      changed();
      return 'Renamed.';
    },
  });
  const remove = (
    <Action
      className="plain"
      call={() => auth.passkeys.remove.mutate({ id })}
      done={changed}
      label={`Remove the passkey ${name}`}
    >
      Remove
    </Action>
  );
  return (
    <li>
      <p className="small">
        {name}, {lastUsedAt ? <When at={lastUsedAt} /> : 'never used'}
      </p>
      <details>
        <summary>Change</summary>
        <Form form={form} label={`Rename ${name}`} button="Rename" beside={remove}>
          <Field label="Name" name="name" defaultValue={name} form={form} />
        </Form>
      </details>
    </li>
  );
}
