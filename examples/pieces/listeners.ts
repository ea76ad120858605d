import { auth } from './app.ts';

export function welcomeEverybody(welcome: (userId: string, once: { eventId: string }) => Promise<void>): void {
  auth.on('user.registered', async ({ id, userId }) => {
    // Of this kind it always is there; the type is that of all kinds.
    if (userId) await welcome(userId, { eventId: id });
  });
}
