/**
 * Why the server refused a call, as that procedure's own closed union: a `switch` over `reason` in a
 * function that returns from each case does not compile when one is forgotten. `undefined` where no
 * refusal came: because there was no error, because the server could not be reached, or because the
 * error is of a procedure that knows no refusals.
 *
 * It takes what `safe()` gives, what a call throws, and the `error` of TanStack Query; also where that
 * may be of one procedure or of another, as in a form that registers and logs in.
 *
 * @example
 * const [answer, error] = await safe(auth.login.mutate({ email, password }));
 * if (refusalOf(error)?.reason === 'WRONG_CREDENTIALS') showHint();
 */
export function refusalOf<Failure extends { data: unknown } | null | undefined>(
  error: Failure,
): RefusalIn<Failure> | undefined {
  return (error?.data as { refusal?: RefusalIn<Failure> } | null | undefined)?.refusal;
}

/** Of each kind of error, and of each shape that its data may have, the refusal in it. */
type RefusalIn<Failure> = Failure extends { data: infer Data } ? Extract<Data, { refusal: unknown }>['refusal'] : never;
