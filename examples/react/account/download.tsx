import { Action } from '../action.tsx';
import { auth } from '../auth.ts';
import type { AccountEvent } from '../auth.ts';
import { Section } from './section.tsx';

export function Download() {
  return (
    <Section heading="My data">
      <p>All that is stored here of you, in a file.</p>
      <Action call={() => auth.account.export.query()} done={save}>
        Download my data
      </Action>
    </Section>
  );
}

type Export = Awaited<ReturnType<typeof auth.account.export.query>>;

/** The file is let go of with the page: some browsers read it only after this has returned. */
async function save({ events, nextCursor, ...data }: Export): Promise<string> {
  const older = await eventsFrom(nextCursor).catch(() => undefined);
  if (!older) return 'Not all of it could be read. Try again.';
  const text = JSON.stringify({ ...data, events: [...events, ...older] }, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: url, download: 'my-data.json' }).click();
  return 'Saved as my-data.json.';
}

/** The export has the newest 1,000 events; these are the others. */
async function eventsFrom(cursor: string | null): Promise<AccountEvent[]> {
  if (!cursor) return [];
  const { events, nextCursor } = await auth.account.events.query({ cursor, limit: 100 });
  return [...events, ...(await eventsFrom(nextCursor))];
}
