import type { TRPCError } from '@trpc/server';
import type { TRPC_ERROR_CODE_KEY, TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc';
import { z } from 'zod';

import type { AuthContext } from './auth-context.ts';
import { contextOf } from './context.ts';
import { callerRefusals, sessionRefusals } from './features/sessions/contract.ts';
import { idOf } from './kernel/id.ts';
import { logToStandardError } from './kernel/logger.ts';
import { Refusal } from './kernel/refusal.ts';
import type { GeneralRefusal, RefusalShape } from './kernel/refusal-shape.ts';
import { generalRefusals } from './kernel/refusals.ts';
import type { RefusalOf, RefusalRows, RefusalsByReason } from './kernel/refusals.ts';

/** What tRPC hands to an error formatter, as far as it is needed here. */
interface Formatted {
  error: TRPCError;
  path: string | undefined;
  ctx?: { auth: AuthContext } | undefined;
  shape: { code: TRPC_ERROR_CODE_NUMBER; data: { code: TRPC_ERROR_CODE_KEY; httpStatus: number } };
}

/** A formatter for `.errors()`: lets this set of refusals out of the procedure, typed, and nothing else. */
export function refusalsOf<Rows extends RefusalRows>(rows: Rows) {
  // Not `RefusalOf<Rows>`: declarations of a host's router would spell out that name with all its rows.
  return (formatted: Formatted): RefusalShape<RefusalsByReason<Rows>[keyof Rows & string]> | undefined => {
    const { error } = formatted;
    if (!(error instanceof Refusal) || !error.isOf(rows)) return undefined;
    // The one joint between a thrown value and its type: a Refusal is built from a row of its set only.
    return shapeOf(formatted, error.message, error.refusal as RefusalOf<Rows>);
  };
}

const generalRefusal = refusalsOf(generalRefusals);

/**
 * Shapes whatever else can leave a procedure. It answers for every error, so neither a message nor
 * a stack of a fault ever reaches a client or a host's own formatter. A refusal that its procedure
 * did not declare counts as a fault, too.
 */
export function everyError(formatted: Formatted): RefusalShape<GeneralRefusal> {
  const { error } = formatted;
  const refused = generalRefusal(formatted);
  if (refused) return refused;
  const faults = faultsOfInput(error);
  if (faults) {
    logInvalid(formatted, 'INPUT_INVALID');
    return inputShape(formatted, faults);
  }
  if (isFaultOfRequest(error)) {
    logInvalid(formatted, 'REQUEST_INVALID');
    return shapeOf(formatted, requestFaults[error.code] ?? requestFaults.BAD_REQUEST, { reason: 'REQUEST_INVALID' });
  }
  const requestId = requestIdOf(formatted);
  logFault(formatted, requestId);
  const fault = shapeOf<GeneralRefusal>(
    formatted,
    `Something went wrong. Quote this id when you report it: ${requestId}`,
    { reason: 'UNEXPECTED', requestId },
  );
  return {
    ...fault,
    code: -32603,
    data: { ...fault.data, code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, requestId },
  };
}

const notSignedIn = refusalsOf(callerRefusals);
const sessionEnded = refusalsOf(sessionRefusals);

/** The part of our refusals that a builder for hosts lets out. */
export type HostRefusal =
  | RefusalOf<typeof callerRefusals>
  | RefusalOf<typeof sessionRefusals>
  | Extract<GeneralRefusal, { reason: 'ORIGIN_REFUSED' | 'BUSY' | 'UNEXPECTED' }>;

/** Shapes what our builders for hosts refuse, and nothing else: the host's errors are its own formatter's. */
export function forHosts(formatted: Formatted): RefusalShape<HostRefusal> | undefined {
  // Of the general ones those builders throw no others.
  return (notSignedIn(formatted) ?? sessionEnded(formatted) ?? generalRefusal(formatted)) as
    | RefusalShape<HostRefusal>
    | undefined;
}

// Here, because only here it is known that no procedure expected the error.
function logFault({ error, path, ctx }: Formatted, requestId: string): void {
  const call = contextOf(ctx);
  const address = call?.request.address;
  // Without a context of ours there is no log of the host's, and the answer names an entry all the same.
  const log = call?.deps.log ?? logToStandardError();
  log.error({ event: 'procedure.failed', requestId, address, procedure: path, err: error.cause ?? error });
}

/** Tries at the checks of inputs are worth an entry, too (ASVS 16.3.3). */
function logInvalid({ error, path, ctx }: Formatted, reason: GeneralRefusal['reason']): void {
  const call = contextOf(ctx);
  if (!call) return;
  const { requestId, address } = call.request;
  // The path of a procedure that there is not is anything that somebody typed.
  const procedure = error.code === 'NOT_FOUND' ? undefined : path;
  call.deps.log.info({ event: 'procedure.refused', requestId, address, procedure, reason, code: error.code });
}

/** Sentences of ours for what tRPC itself refuses; its own may repeat parts of the request. */
const requestFaults: Partial<Record<TRPC_ERROR_CODE_KEY, string>> & { BAD_REQUEST: string } = {
  PARSE_ERROR: 'The body is not valid JSON.',
  BAD_REQUEST: 'The request could not be read. Send valid JSON, and at most 10 calls in a batch.',
  NOT_FOUND: 'There is no such procedure.',
  METHOD_NOT_SUPPORTED:
    'Call queries by GET and mutations by POST; subscriptions are streams, by their dotted name under /trpc/.',
  PRECONDITION_FAILED:
    'A streamed answer cannot set a cookie. Put authLink of latchkey/client before your links (with mountedAt, where the router is not called auth), or send mutations by httpLink.',
  PAYLOAD_TOO_LARGE: 'The body is too large.',
  UNSUPPORTED_MEDIA_TYPE: 'Send JSON in UTF-8, with the header Content-Type: application/json.',
  CLIENT_CLOSED_REQUEST: 'The caller went away.',
};

/** Under which reason an error leaves. */
export function reasonOf(error: TRPCError): string {
  if (error instanceof Refusal) return error.refusal.reason;
  if (faultsOfInput(error)) return 'INPUT_INVALID';
  return isFaultOfRequest(error) ? 'REQUEST_INVALID' : 'UNEXPECTED';
}

const faultsOfInput = ({ code, cause }: TRPCError): z.ZodError | undefined =>
  code === 'BAD_REQUEST' && cause instanceof z.ZodError ? cause : undefined;

function isFaultOfRequest(error: TRPCError): boolean {
  return !(error instanceof Refusal) && error.code in requestFaults;
}

function inputShape(formatted: Formatted, error: z.ZodError): RefusalShape<GeneralRefusal> {
  const fields = faultsByField(error);
  const [first] = Object.entries(fields);
  const summary = first ? `${first[0]}: ${first[1][0]}` : 'The input is not valid.';
  const shape = shapeOf<GeneralRefusal>(formatted, summary, { reason: 'INPUT_INVALID', fields });
  return { ...shape, data: { ...shape.data, zodError: { formErrors: [], fieldErrors: fields } } };
}

const mostFields = 10;

/** Faults under the dotted path of their field, `input` for the whole; bounded, since keys come from outside. */
function faultsByField(error: z.ZodError): Record<string, string[]> {
  const faults = new Map<string, string[]>();
  const add = (path: PropertyKey[], message: string): void => {
    const names = path.map(String);
    // Transformers of hosts refuse to send an object with such a key, and the answer would be none of ours.
    const isSendable = !names.some((name) => /^(__proto__|constructor|prototype)$/.test(name));
    const field = (isSendable && names.join('.').slice(0, 64)) || 'input';
    const known = faults.get(field) ?? [];
    if (faults.size < mostFields || (faults.has(field) && known.length < mostFields))
      faults.set(field, [...known, message]);
  };
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys')
      issue.keys.forEach((key) => add([...issue.path, key], 'Is not known here.'));
    else add(issue.path, issue.message);
  }
  return Object.fromEntries(faults);
}

function shapeOf<Refused>(formatted: Formatted, message: string, refusal: Refused): RefusalShape<Refused> {
  const { shape, path } = formatted;
  return {
    message,
    code: shape.code,
    data: {
      code: shape.data.code,
      httpStatus: shape.data.httpStatus,
      path: path ?? null,
      requestId: requestIdOf(formatted),
      refusal,
      zodError: null,
    },
  };
}

const requestIdOf = ({ ctx, error }: Formatted): string => contextOf(ctx)?.request.requestId ?? idOf(error);
