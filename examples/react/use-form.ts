import { useRef } from 'react';
import type { RefObject, SubmitEvent } from 'react';

import type { Call } from './auth.ts';
import { faultsOfInput } from './faults.ts';
import { useCall } from './use-call.ts';
import type { Done, Shown } from './use-call.ts';

interface FormOptions<Input, Answer> {
  /** What the server checks the same input with. */
  schema: { safeParse(typed: unknown): Parsed<Input> };
  call: (input: Input) => Call<Answer>;
  done?: Done<Answer, Input>;
  /** Makes an input of what was typed, where the names of the fields are not enough. */
  read?: (typed: Record<string, unknown>) => unknown;
}
type Parsed<Input> = { success: true; data: Input } | { success: false; error: Parameters<typeof faultsOfInput>[0] };

/** What `Form` and `Field` need to know. */
export interface FormState extends Shown {
  isBusy: boolean;
  ref: RefObject<HTMLFormElement | null>;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
}

/** A form that calls a procedure with what was typed, once that is what the procedure takes. */
export function useForm<Input, Answer>(options: FormOptions<Input, Answer>): FormState {
  const { schema, call, done, read = (typed) => typed } = options;
  const { run, showFaults, ...state } = useCall(call, done);
  const ref = useRef<HTMLFormElement>(null);

  const submit = async (form: HTMLFormElement): Promise<void> => {
    const input = schema.safeParse(read(Object.fromEntries(new FormData(form))));
    if (!input.success) showFaults(faultsOfInput(input.error));
    else if (await run(input.data)) forgetPasswords(form);
  };
  return {
    ...state,
    ref,
    onSubmit(event) {
      event.preventDefault();
      void submit(event.currentTarget);
    },
  };
}

function forgetPasswords(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll<HTMLInputElement>('input[type=password]')) input.value = '';
}
