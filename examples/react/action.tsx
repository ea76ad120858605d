import type { ReactNode } from 'react';

import type { Call, Failure } from './auth.ts';
import { Outcome } from './outcome.tsx';
import { useCall } from './use-call.ts';
import type { Done } from './use-call.ts';

interface ActionProps<Answer> {
  call: () => Call<Answer>;
  done?: Done<Answer, void>;
  /** What it is called where the text alone does not say enough. */
  label?: string;
  className?: string;
  /** What helps where it was not done. */
  help?: (failure: Failure | undefined) => ReactNode;
  children: ReactNode;
}

/** A button that makes a call, and what came of it. */
export function Action<Answer>({ call, done, label, className, help, children }: ActionProps<Answer>) {
  const { isBusy, faults, failure, said, run } = useCall<void, Answer>(call, done);
  return (
    <>
      <div className="action">
        <button
          type="button"
          className={className}
          aria-label={label}
          aria-disabled={isBusy}
          onClick={() => void run()}
        >
          {children}
        </button>
        <Outcome fault={Object.values(faults)[0]} said={said} />
      </div>
      {help?.(failure)}
    </>
  );
}
