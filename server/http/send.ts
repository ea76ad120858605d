import type { ServerResponse } from 'node:http';

/** Answers with a value as JSON. Node leaves the body out by itself where the request was a HEAD. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(value));
}
