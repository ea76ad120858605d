import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc';

import { generalRefusals } from '../kernel/refusals.ts';
import type { RefusalRow, RefusalRows } from '../kernel/refusals.ts';
import { json, oneOf, pascal, referenceTo } from './openapi.ts';
import type { Reference, Response, Schema } from './openapi.ts';
import type { Schemas } from './schemas.ts';

interface Refused {
  reason: string;
  row: RefusalRow;
}

/** What is wrong with a request may have other statuses than that of its row. */
const furtherCodes = {
  query: [],
  mutation: ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
} as const satisfies Record<string, TRPC_ERROR_CODE_KEY[]>;

/** What an operation may be refused with: a response for each status, each with exactly its reasons. */
export function refusedResponses(
  sets: RefusalRows[],
  type: 'query' | 'mutation',
  { schemas, shared }: { schemas: Schemas; shared: Record<string, Response> },
): Record<string, Response | Reference> {
  const [, text] = generalRefusals.REQUEST_INVALID;
  const refused: Refused[] = [
    ...sets.flatMap((rows) => Object.entries(rows).map(([reason, row]) => ({ reason, row }))),
    ...furtherCodes[type].map((code) => ({ reason: 'REQUEST_INVALID', row: [code, text] as const })),
  ];
  const byCode = [...Map.groupBy(refused, ({ row: [code] }) => code)];
  return Object.fromEntries(
    byCode.map(([code, together]) => {
      const status = getHTTPStatusCodeFromError(new TRPCError({ code }));
      const response = responseOf(together, schemas);
      if (!together.every(({ reason }) => reason in generalRefusals)) return [status, response];
      // The same wherever an operation has no reasons of its own with this status.
      shared[pascal(code)] = response;
      return [status, referenceTo('responses', pascal(code))];
    }),
  );
}

function responseOf(refused: Refused[], schemas: Schemas): Response {
  const forms = refused.map((one): [string, Reference] => [one.reason, schemas.add(...refusalSchema(one, schemas))]);
  const [[, only] = [], ...others] = forms;
  const waits = refused.filter(({ row: [, , details] }) => details && 'retryAfterSeconds' in details.shape);
  return {
    description: refused.map(({ reason, row: [, text] }) => `\`${reason}\`: ${text}`).join('\n\n'),
    ...(waits.length > 0 && { headers: { 'Retry-After': retryAfter(waits.length === refused.length) } }),
    content: json(only && others.length === 0 ? only : oneOf('reason', forms)),
  };
}

const retryAfter = (required: boolean) => ({
  description: 'In how many seconds to try again.',
  required,
  schema: { type: 'integer' } as const,
});

/** Under which name, and what is sent: `{ message, reason, …, requestId }`. */
function refusalSchema({ reason, row: [, text, details] }: Refused, schemas: Schemas): [name: string, schema: Schema] {
  const { properties = {}, required = [] } = details ? schemas.ofOutput(details) : {};
  return [
    `${pascal(reason)}Refusal`,
    {
      type: 'object',
      properties: {
        message: { type: 'string', description: 'A sentence for the person.', examples: [text] },
        reason: { type: 'string', const: reason },
        ...properties,
        requestId: { type: 'string', description: 'Quote it in a report: the log of the server has it, too.' },
      },
      required: [...new Set(['message', 'reason', ...required, 'requestId'])],
    },
  ];
}
