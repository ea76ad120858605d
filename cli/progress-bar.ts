export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

const width = 30;

/** Draws how far long work has come: a bar on a terminal, a line every tenth elsewhere. */
export function progressBar(screen: Screen, total: number): (done: number) => void {
  let tenth = 0;
  return (told) => {
    const done = Math.min(told, total);
    const part = total === 0 ? 1 : done / total;
    if (screen.isTTY) {
      const filled = Math.round(part * width);
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      screen.write(`\r${bar} ${done} of ${total}${done === total ? '\n' : ''}`);
    } else if (Math.floor(part * 10) > tenth) {
      tenth = Math.floor(part * 10);
      screen.write(`${done} of ${total}\n`);
    }
  };
}
