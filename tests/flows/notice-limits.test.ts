import { expect, test } from 'vitest';

import { schedule } from '../../server/jobs/schedule.ts';
import { hours, seconds } from '../../server/kernel/clock.ts';
import { entriesOf } from '../support/log-entries.ts';
import { chrome, from, home, logIn, noticesTo, registerAtHome } from '../support/sign-ins.ts';
import { ada, testApp } from '../support/test-app.ts';

test('an owner is told of sign-ins five times an hour at most, and the log says of how many they were not', async () => {
  await using app = await testApp();
  await registerAtHome(app);
  let octet = 10;
  for (const [pause, count] of [
    [0, 5],
    // The mails are sent a second after it.
    [hours(1) - seconds(1) - 1, 5],
    [1, 10],
  ] as const) {
    app.clock.forward(pause);
    const networks = Array.from({ length: 7 }, () => `${(octet += 1)}.51.100.7`);
    for (const network of networks) expect(await logIn(app, from(network))).toBe(200);
    expect(await noticesTo(app)).toHaveLength(count);
  }
  const tooMany = entriesOf(app).filter(({ event }) => event === 'mail.tooMany');
  expect(tooMany.length).toBeGreaterThan(3);
  expect(JSON.stringify(tooMany)).not.toContain(ada.email);
});

test('an owner is told five times an hour also where the account is another one: it is the mailbox that is flooded', async () => {
  await using app = await testApp();
  let changed = 0;
  const passwords = [ada.password, 'a horse of another colour'];
  for (let account = 0; account < 3; account += 1) {
    const answer = await app.post('/api/auth/register', { ...ada, password: passwords[0], deliver: 'token' });
    let { token } = await answer.json();
    for (let time = 0; time < 4; time += 1) {
      const [currentPassword, newPassword] = time % 2 === 0 ? passwords : passwords.toReversed();
      const headers = { authorization: `Bearer ${token}` };
      const done = await app.post('/api/auth/password/change', { currentPassword, newPassword }, headers);
      if (done.status === 200) changed += 1;
      ({ token } = await done.json());
    }
    await app.mails();
    await app.post('/api/auth/account/delete', {}, { authorization: `Bearer ${token}` });
  }
  expect(changed).toBe(12);
  expect((await app.mails()).filter(({ subject }) => subject.endsWith('was changed'))).toHaveLength(5);
});

test('an owner is told in the end though it took several attempts, and these count as one', async () => {
  let isDown = true;
  const sent: string[] = [];
  await using app = await testApp({
    mailer: {
      async send({ subject }) {
        if (isDown) throw new Error('Not today');
        sent.push(subject);
      },
    },
  });
  await app.auth.users.create({ ...ada, emailVerified: true });
  await logIn(app, home);
  for (const network of ['198', '199', '200']) await logIn(app, from(`${network}.51.100.7`));
  await app.mails();
  for (const delay of schedule.delays.slice(0, 3)) {
    app.clock.forward(delay);
    await app.auth.runJobs();
  }
  isDown = false;
  app.clock.forward(schedule.delays[3]);
  await app.auth.runJobs();
  expect(sent).toHaveLength(3);
});

test('no mail with a link waits behind notices, however many hang', async () => {
  const hanging = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const sent: string[] = [];
  let notices = 0;
  await using app = await testApp({
    mailer: {
      async send({ subject }) {
        if (subject.includes('sign-in')) {
          if ((notices += 1) === schedule.mostOfOneKind) begun.resolve();
          await hanging.promise;
        }
        sent.push(subject);
      },
    },
  });
  const people = Array.from({ length: 8 }, (_, index) => ({ ...ada, email: `user${index}@example.com` }));
  for (const person of people) {
    await app.auth.users.create({ ...person, emailVerified: true });
    await logIn(app, home, person);
    await logIn(app, from('198.51.100.7', chrome), person);
  }
  const done = app.mails();
  await begun.promise;
  await app.post('/api/auth/passwordReset/request', { email: people[0]?.email });
  app.clock.forward(seconds(1));
  // Nobody but the process itself asks for what is due meanwhile.
  await expect.poll(() => sent, { timeout: 5000 }).toEqual(['A new password for localhost:0']);
  hanging.resolve();
  await done;
});
