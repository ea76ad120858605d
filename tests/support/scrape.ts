import type { TestApp } from './test-app.ts';

/** One line of what Prometheus reads. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What the metrics of a server say now, read over HTTP. */
export async function scrape({
  metricsUrl,
}: Pick<TestApp, 'metricsUrl'>): Promise<{ text: string; samples: Sample[] }> {
  const text = await (await fetch(metricsUrl)).text();
  return { text, samples: samplesIn(text) };
}

/** The sum of the samples of one name that have these labels, among others. */
export function sumOf(samples: Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

export function samplesIn(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error(`Not a sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, content]) => [label, content]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}
