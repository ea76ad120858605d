/** One bar of a chart. */
export interface Bar {
  label: string;
  value: number;
  /** Ours, which is to be found at a glance. */
  isOurs: boolean;
}

const [width, labelWidth, barHeight, gap, numberWidth] = [760, 280, 20, 8, 70];

/** Horizontal bars from nought, as SVG: in the reader's colours, light or dark. */
export function barChart(title: string, bars: Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = 40 + bars.length * (barHeight + gap);
  const lines = bars.flatMap(({ label, value, isOurs }, index) => {
    const y = 36 + index * (barHeight + gap);
    const length = Math.max(1, Math.round((value / most) * (width - labelWidth - numberWidth)));
    const middle = y + barHeight / 2 + 4;
    return [
      `  <text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
      `  <rect x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" class="${isOurs ? 'ours' : 'other'}"/>`,
      `  <text x="${labelWidth + length + 6}" y="${middle}">${Math.round(value).toLocaleString('en')}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `  <title>${escaped(title)}</title>`,
    `  <style>${style}</style>`,
    `  <text x="0" y="18" class="title">${escaped(title)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  'text { font: 13px sans-serif; fill: #1f2328 } .title { font-weight: bold }',
  '.ours { fill: #0969da } .other { fill: #8c959f }',
  '@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #4493f8 } .other { fill: #6e7681 } }',
].join(' ');

const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`);
