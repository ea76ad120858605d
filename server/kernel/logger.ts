import { destination, pino, stdSerializers } from 'pino';
import type { DestinationStream, Logger } from 'pino';

import { boundRefusals } from './bounded-refusals.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * A logger that writes one JSON object a line, times in UTC.
 * Entries carry an event name and ids, never an e-mail address, password or token.
 */
export function createLogger(level: LogLevel, output: DestinationStream): Logger {
  const isWritten = boundRefusals((omitted) => {
    log.warn({ event: 'refusals.omitted', omitted }, 'Of the refusals of the last minute so many were not written');
  });
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: withoutValues },
      hooks: {
        logMethod(args, method) {
          const [entry] = args as unknown[];
          const isRefusal =
            typeof entry === 'object' && entry !== null && 'event' in entry && entry.event === 'procedure.refused';
          if (!isRefusal || isWritten(entry)) method.apply(this, args);
        },
      },
    },
    output,
  );
  return log;
}

/** For a host that brings no logger of its own. */
export const logToStandardError = (): Logger => createLogger('info', destination(2));

/** Name, message and stack of an error and its causes; other fields may hold what a person typed. */
function withoutValues(error: Error): Record<string, unknown> {
  const { type, message, stack } = stdSerializers.err(error);
  return { type, message, stack };
}
