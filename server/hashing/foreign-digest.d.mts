import type { Derivation } from './foreign-hash.ts';

/** The memory that scrypt may take. */
export declare const mostScryptBytes: number;

/** @returns base64 without `=` */
export declare const foreignDigest: (task: Derivation & { password: string }) => string;
