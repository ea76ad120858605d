import { writeFile } from 'node:fs/promises';

import { testAuth } from 'latchkey/testing';

import { mails } from './mails.ts';

await using auth = await testAuth({ mails });
const email = 'ada@example.com';
await auth.users.create({ email });
await auth.router.createCaller(auth.asNobody()).passwordReset.request({ email });
await auth.deliver();
await writeFile('letter.html', auth.mailbox[0]?.html ?? '');
