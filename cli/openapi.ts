import { readConfig } from '../server/config.ts';
import { sessionCookieName } from '../server/http/session-cookie.ts';
import { openApiDocument } from '../server/openapi/document.ts';
import { command } from './command.ts';

export const openApi = command({
  summary: 'prints the description of the plain JSON, OpenAPI 3.1',
  usage: `Prints what the server answers at /api/auth/openapi.json: every procedure of the plain JSON with its input,
its answer and its refusals, for whoever generates a client. The address in it is that of PUBLIC_URL.`,
  takes: [],
  options: {},
  examples: [['openapi > openapi.json', 'into a file']],
  async run(_, io) {
    const { publicUrl } = readConfig(io.settings());
    const document = await openApiDocument({
      url: publicUrl,
      cookieName: sessionCookieName({ publicUrl }),
    });
    io.print(JSON.stringify(document, undefined, 2), document);
    return 0;
  },
});
