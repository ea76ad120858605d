import { readFileSync } from 'node:fs';

/** What a process held when so many requests were answered. */
export interface Sample {
  requests: number;
  megabytes: number;
}

export interface Watched {
  peak: number;
  half: number;
  end: number;
  /** How many megabytes more for each 100,000 requests of the second half, by least squares. */
  slope: number;
  samples: number;
}

const everyMilliseconds = 250;

/** Looks at a process until it is told to stop. Linux only. */
export function watch(pid: number, requests: () => number): { stop(): Sample[] } {
  const samples: Sample[] = [];
  const look = (): void => void samples.push({ requests: requests(), megabytes: megabytesOf(pid, 'VmRSS') });
  look();
  const timer = setInterval(look, everyMilliseconds);
  return {
    stop() {
      clearInterval(timer);
      look();
      return samples;
    },
  };
}

/** The system itself remembers the most there ever was. */
export const peakOf = (pid: number): number => megabytesOf(pid, 'VmHWM');

function megabytesOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

export function summed(samples: Sample[], peak: number): Watched {
  const total = samples.at(-1)?.requests ?? 0;
  const second = samples.filter(({ requests }) => requests >= total / 2);
  return {
    peak,
    half: second[0]?.megabytes ?? Number.NaN,
    end: samples.at(-1)?.megabytes ?? Number.NaN,
    slope: slopeOf(second) * 100_000,
    samples: samples.length,
  };
}

function slopeOf(samples: Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ requests }) => requests), mean(({ megabytes }) => megabytes)];
  const along = mean(({ requests, megabytes }) => (requests - x) * (megabytes - y));
  return along / mean(({ requests }) => (requests - x) ** 2);
}
