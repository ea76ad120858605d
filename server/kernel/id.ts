import { randomUUIDv7 } from 'node:crypto';

/** A new primary key or request id: UUIDv7 (RFC 9562 §5.7), so keys sort by age. Never a secret. */
export const newId = (): string => randomUUIDv7();
