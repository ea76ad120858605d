/** The answer of a registration or login that signs somebody in, as it does where nothing else has to be shown first. */
export function registered<Answer extends { status: string }>(answer: Answer): Extract<Answer, { status: 'signedIn' }> {
  if (answer.status !== 'signedIn') throw new Error(`Nobody was signed in: ${answer.status}`);
  // By the check above, which the compiler does not follow into a generic type.
  return answer as Extract<Answer, { status: 'signedIn' }>;
}
