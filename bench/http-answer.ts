/** Where the body of an answer over HTTP/1.1 begins; 0 where its head is not there yet. */
const startOfBody = (answer: Buffer): number => answer.indexOf('\r\n\r\n') + 4;

export const bodyOf = (answer: Buffer): Buffer => answer.subarray(startOfBody(answer));

/**
 * How long an answer is, with its head; `undefined` as long as that cannot be told. Enough for servers that are
 * asked for one thing at a time: a body of known length, or chunks, of which the last is empty.
 */
export function wholeLength(answer: Buffer): number | undefined {
  if (!answer.includes('\r\n\r\n')) return undefined;
  const head = answer.subarray(0, startOfBody(answer)).toString('latin1');
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (length !== undefined) return head.length + Number(length);
  return answer.subarray(-7).equals(lastChunk) ? answer.length : undefined;
}

const lastChunk = Buffer.from('\r\n0\r\n\r\n');
