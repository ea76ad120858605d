import type { Derivation } from './foreign-hash.ts';

/** @returns base64 without `=` */
export declare const foreignDigest: (task: Derivation & { password: string }) => string;
