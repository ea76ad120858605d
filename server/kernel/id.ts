import { randomUUIDv7 } from 'node:crypto';

/** A new primary key or request id: UUIDv7 (RFC 9562 §5.7), so keys sort by age. Never a secret. */
export const newId = (): string => randomUUIDv7();

const ids = new WeakMap<Error, string>();

/** The id of an error that no request gave one: the same in the answer and in the log. */
export function idOf(error: Error): string {
  const id = ids.get(error) ?? newId();
  ids.set(error, id);
  return id;
}
