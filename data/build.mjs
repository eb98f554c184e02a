// Writes regions.json and holidays.json, the data files of the module, from
// maintained packages: node build.mjs OUTDIR

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { regionsOf } from './regions.mjs';

const require = createRequire(import.meta.url);

const { areaList } = await import('@vant/area-data');
const days = require('chinese-days/dist/chinese-days.json');

const directory = process.argv[2];

if (directory === undefined) {
  console.error('usage: node build.mjs OUTDIR');
  process.exit(2);
}

mkdirSync(directory, { recursive: true });

write('regions.json', [
  '{"regions": [',
  regionsOf(areaList).map((region) => JSON.stringify(region)).join(',\n'),
  ']}',
]);

write('holidays.json', [
  '{"holidays": ',
  dates(days.holidays),
  ', "workdays": ',
  dates(days.workdays),
  '}',
]);

function dates(named) {
  const sorted = Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1));

  return JSON.stringify(Object.fromEntries(sorted), null, 1);
}

// A file is there whole or not at all, also when two builds run at once.

function write(name, parts) {
  const path = join(directory, name);
  const unfinished = `${path}.${process.pid}`;

  writeFileSync(unfinished, parts.join('\n') + '\n');
  renameSync(unfinished, path);
}
