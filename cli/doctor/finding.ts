/** What one look at the set-up has shown. */
export interface Finding {
  /** A name that stays, such as `proxies.none`: the same as in the log, where the server says it too. */
  check: string;
  /** A fault is what does not work, or lets in who should not be; a warning is what is likely to be meant otherwise. */
  state: 'ok' | 'warning' | 'fault';
  /** What is so and, where that is not right, what puts it right. */
  text: string;
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
export const warning = (check: string, text: string): Finding => ({ check, state: 'warning', text });
export const fault = (check: string, text: string): Finding => ({ check, state: 'fault', text });
