import nodeCrypto from 'node:crypto';

// Not by name: an older Node would stop at one that it has not, and say nothing of what is needed.
if (!('randomUUIDv7' in nodeCrypto))
  throw new Error('Latchkey needs Node.js 24.16 or newer of that line, or 26.1 or newer.');
const { randomUUIDv7 } = nodeCrypto;

let latest = '';

/**
 * A new primary key or request id: UUIDv7 (RFC 9562 §5.7), so keys sort by age, those of one process also
 * within a millisecond and where the clock is set back (§6.2). Never a secret.
 */
export function newId(): string {
  const id = randomUUIDv7();
  latest = id > latest ? id : next(latest);
  return latest;
}

/** One more in the last 48 bits, which are random; where they are all set, which is as good as never, a new one. */
function next(id: string): string {
  const end = Number.parseInt(id.slice(24), 16) + 1;
  return end < 2 ** 48 ? id.slice(0, 24) + end.toString(16).padStart(12, '0') : randomUUIDv7();
}

const ids = new WeakMap<Error, string>();

/** The id of an error that no request gave one: the same in the answer and in the log. */
export function idOf(error: Error): string {
  const id = ids.get(error) ?? newId();
  ids.set(error, id);
  return id;
}
