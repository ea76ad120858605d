/** What a figure should be. */
export interface Target {
  sign: '≥' | '>' | '≤' | '<';
  value: number;
}

export function isMet(figure: number, { sign, value }: Target): boolean {
  switch (sign) {
    case '≥':
      return figure >= value;
    case '>':
      return figure > value;
    case '≤':
      return figure <= value;
    case '<':
      return figure < value;
  }
}

/** How much of its budget a figure must keep: less, and something became slower by about a quarter. */
const kept = 0.8;

/** Whether a ratio, of ours to a floor, is what it was when its budget was written down. */
export const isWithinBudget = (ratio: number, budget: number): boolean => ratio >= budget * kept;
