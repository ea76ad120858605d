/**
 * Why the server refused a call, as that procedure's own closed union: a `switch` over `reason` in a
 * function that returns from each case does not compile when one is forgotten. `undefined` where no
 * refusal came, because there was no error or because the server could not be reached.
 *
 * @example
 * const [answer, error] = await safe(auth.login.mutate({ email, password }));
 * if (refusalOf(error)?.reason === 'WRONG_CREDENTIALS') showHint();
 */
export function refusalOf<Data extends { refusal: unknown }>(
  error: { data: Data | null | undefined } | undefined,
): Data['refusal'] | undefined {
  return error?.data?.refusal;
}
