// Makes server/passwords/common-passwords.bin: sorted fingerprints of the list that the development
// dependency brings. Run it by `npm run passwords:build` after an update of the package.
import { writeFileSync } from 'node:fs';

import { dictionary } from '@zxcvbn-ts/language-common';

import { fingerprintOf } from '../server/passwords/common.ts';

export const listed = dictionary['passwords-common'];

/** The file's bytes. Doubles, if any, stay: the search does not mind them. */
export const fingerprints = Buffer.concat(listed.map(fingerprintOf).toSorted((one, other) => one.compare(other)));

if (import.meta.main) {
  writeFileSync(new URL('../server/passwords/common-passwords.bin', import.meta.url), fingerprints);
}
