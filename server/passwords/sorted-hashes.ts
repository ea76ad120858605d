/** Reads so many bytes from a place in a file, and no fewer. */
export type ReadAt = (position: number, bytes: number) => Promise<Buffer>;

/** A text of SHA-1 hashes in hex, one a line and sorted, perhaps of 40 GB: looked up in where it lies. */
export interface SortedHashes {
  read: ReadAt;
  /** Up to the end of the last line. */
  bytes: number;
  /** In how many blocks lines begin: in each of them from the first. */
  blocks: number;
}

/** It is no such text. The message goes on from its name. */
export class NotHashes extends Error {}

/** What one step of a search looks at: of 40 GB it takes 24. */
const blockBytes = 4096;
/** 40 digits, a colon, a count of up to 20, and the end of the line. */
const longestLine = 64;
const probes = 32;

/**
 * Looks at both ends and at places in between, as far as that tells whether hashes can be found in it.
 *
 * @throws NotHashes
 */
export async function openHashes(read: ReadAt, size: number): Promise<SortedHashes> {
  const tailBytes = Math.min(size, 2 * longestLine);
  const tail = (await read(size - tailBytes, tailBytes)).toString('latin1').replace(/[\r\n]+$/, '');
  if (tail === '') throw new NotHashes(size === tailBytes ? 'is empty' : 'ends in empty lines');

  const begin = size - tailBytes;
  const lastLine = begin + tail.lastIndexOf('\n') + 1;
  const hashes = { read, bytes: begin + tail.length, blocks: Math.floor(lastLine / blockBytes) + 1 };
  const looked = Array.from({ length: probes }, (_, index) => Math.round((index / (probes - 1)) * (hashes.blocks - 1)));
  let before = '';
  for (const block of new Set(looked)) {
    for (const hash of await hashesOf(hashes, block)) {
      if (hash < before) throw new NotHashes('is not sorted by hash');
      before = hash;
    }
  }
  return hashes;
}

/**
 * Whether a hash, 40 digits in upper case, is among them. Each look halves what is left.
 *
 * @throws NotHashes where the file has changed, and whatever reading throws
 */
export async function holds(hashes: SortedHashes, wanted: string): Promise<boolean> {
  let low = 0;
  let high = hashes.blocks;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await hashesOf(hashes, middle);
    if (found.includes(wanted)) return true;
    if (wanted < (found.at(0) ?? '')) high = middle;
    else if (wanted > (found.at(-1) ?? '')) low = middle + 1;
    else return false;
  }
  return false;
}

/** The hashes of the lines that begin in a block. */
async function hashesOf({ read, bytes }: SortedHashes, block: number): Promise<string[]> {
  const begin = block * blockBytes;
  // From the byte before, which says whether a line begins with the block, to the end of its last line.
  const from = Math.max(0, begin - 1);
  const until = Math.min(bytes, begin + blockBytes + longestLine);
  const text = (block === 0 ? '\n' : '') + (await read(from, until - from)).toString('latin1');

  const first = text.indexOf('\n') + 1;
  const last = text.lastIndexOf('\n', blockBytes - 1) + 1;
  const end = text.indexOf('\n', last);
  return text
    .slice(first, end === -1 ? undefined : end)
    .split('\n')
    .map(hashIn);
}

function hashIn(line: string): string {
  const [, hash] = /^([0-9A-F]{40})(?::\d{1,20})?\r?$/.exec(line) ?? [];
  // Not the line itself: it may be somebody's password.
  if (hash === undefined) throw new NotHashes('has a line that is none of a hash');
  return hash;
}
