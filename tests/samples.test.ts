import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readConfig } from '../server/config.ts';
import { environment } from '../server/environment.ts';
import { faultIn, latchkeyCommandsIn, scriptsIn, settingsIn } from './support/commands.ts';
import { heldBy, isRunAsItStands, namesWithout, placesOf } from './support/other-samples.ts';
import { root } from './support/process.ts';
import { codeOn, nameOf, pages, samples, strayPartOf } from './support/samples.ts';
import { textOf } from './support/sources.ts';

const excerpts = samples.filter(({ from }) => from !== undefined);
const others = samples.filter(({ from }) => from === undefined);
const commands = others.filter(({ language }) => language === 'sh');

test('every block of code on a page is an excerpt of a file', () => {
  const without = others.filter(({ language }) => ['ts', 'tsx', 'js', 'mjs', 'py', 'nginx'].includes(language));
  expect(excerpts.length).toBeGreaterThan(60);
  expect(without.map(nameOf)).toEqual([]);
});

test('every block of anything else is run, or it is known who holds it, or why it is only read', () => {
  expect(others.filter((one) => placesOf(one).length !== (isRunAsItStands(one) ? 0 : 1)).map(nameOf)).toEqual([]);
  expect(namesWithout(others)).toEqual([]);
  for (const [file, names] of Object.entries(heldBy))
    for (const page of Object.keys(names)) expect(textOf(file)).toContain(`'${page}'`);
});

test('no block stands where these tests do not see it', () => {
  const fences = pages.flatMap((page) => textOf(page).match(/^\s*(```|~~~)/gm) ?? []);
  expect(fences).toHaveLength(2 * samples.length);
});

test.each(excerpts)('$page has "$begins" from $from', (sample) => {
  expect(existsSync(join(root, sample.from ?? ''))).toBe(true);
  expect(strayPartOf(sample)).toBeUndefined();
});

test('every command of ours that a block has is one, with options that it takes', async () => {
  const ours = commands.flatMap(latchkeyCommandsIn);
  expect(ours.length).toBeGreaterThan(40);
  const faults = async (all: string[][]): Promise<string[]> =>
    (await Promise.all(all.map(async (words) => ({ words, fault: await faultIn(words) })))).flatMap(
      ({ words, fault }) => (fault === undefined ? [] : [`${words.join(' ')}: ${fault}`]),
    );
  expect(await faults(ours)).toEqual([]);
  const mistaken = ['user list', 'users lists', 'user --help', 'backup --too x', 'backup', 'users show a b'];
  expect(await faults(mistaken.map((line) => line.split(' ')))).toHaveLength(mistaken.length);
});

test('every script, file and setting that a block names is there', () => {
  const { version } = JSON.parse(textOf('package.json')) as { version: string };
  const scripts = commands.flatMap(scriptsIn);
  expect(scripts.length).toBeGreaterThan(20);
  expect(scripts.filter(({ isThere }) => !isThere)).toEqual([]);
  const code = commands.map((one) => one.code).join('\n');
  const files = [...code.matchAll(/(?<![\w.])(?:latchkey\/)?((?:examples|deploy)\/[\w./-]+)/g)].map(
    ([, file = '']) => file,
  );
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const packed = [...code.matchAll(/latchkey(?:-client)?-(\d[\w.]*)\.tgz/g)].map(([, named]) => named);
  expect(new Set(packed)).toEqual(new Set([version]));
  const settings = commands.flatMap(settingsIn);
  expect(settings).toContain('DATABASE_URL');
  expect(settings.filter((name) => !(name in environment.shape))).toEqual([]);
});

test('the settings for mails are taken as they stand', () => {
  const lines = codeOn('docs/mail.md', 'SMTP_URL=').trim().split('\n');
  const config = readConfig(Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2))));
  expect([config.smtpUrl, config.mailFrom].map(String)).toEqual(lines.map((line) => line.replace(/^\w+=/, '')));
});
