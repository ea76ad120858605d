import { Agent, request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Record<string, unknown>;
}

/** One call of the plain JSON face, never repeated; `undefined` where no whole answer came back. */
export type Caller = (path: string, options?: { body?: object; token?: string }) => Promise<Answer | undefined>;

/** A caller with connections of its own, that asks for the address anew for each call. */
export function createCaller(url: () => string): Caller & Disposable {
  const agent = new Agent({ keepAlive: true });
  const call: Caller = async (path, { body, token } = {}) =>
    await new Promise((resolve) => {
      const asked = request(url() + path, {
        agent,
        // Longer than anything that the server waits for.
        timeout: 20_000,
        method: body ? 'POST' : 'GET',
        headers: {
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
      });
      const none = (): void => resolve(undefined);
      asked.on('error', none);
      asked.on('timeout', () => asked.destroy(new Error('No answer in time')));
      asked.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('error', none);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(text) ?? {} }),
        );
      });
      asked.end(body && JSON.stringify(body));
    });
  return Object.assign(call, { [Symbol.dispose]: () => agent.destroy() });
}
