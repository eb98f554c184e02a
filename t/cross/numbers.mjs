// Checks the core's number rules against npm's idcard, stdnum and
// util-helpers, on generated numbers of the domains in which these agree
// with the standards.  Usage: node numbers.mjs PROGRAM (see numbers.c)
//
// Where the libraries differ from the standards, so that their domains are
// smaller:
//   idcard        knows the regions of its own tables: only some sure codes
//                 are generated, and provinces that never were;
//   stdnum        knows no regions; computes no check character for credit
//                 codes whose sum is a multiple of 31; both are left out;
//   util-helpers  lets 30 February pass and knows no regions: only days that
//                 no month has are generated; knows passports of China alone:
//                 what it takes the core must take, not the other way round;
//                 knows the Hong Kong and Macao permit with eight digits only;
//   all           know neither the check character of the organisation code
//                 in a credit code nor its registration authority: both are
//                 always right here.

import { spawnSync } from 'node:child_process';

import idcard from 'idcard';
import { stdnum } from 'stdnum';
import { isHMCard, isIdCard, isPassport, isSocialCreditCode, isTWCard }
  from 'util-helpers';

const PROGRAM = process.argv[2];
const COUNT = 2000;

const REGIONS = ['110105', '130102', '310104', '410102', '410105', '440106',
  '500103', '510104', '610102', '650102'];
const NO_PROVINCES = ['00', '01', '10', '16', '24', '38', '47', '55', '66',
  '70', '90', '99'];
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

// mulberry32: the same numbers in every run.

let seed = 20260101;

function random(n) {
  seed = (seed + 0x6d2b79f5) | 0;

  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;

  return ((t ^ (t >>> 14)) >>> 0) % n;
}

const pick = (list) => list[random(list.length)];
const digits = (n) => Array.from({ length: n }, () => random(10)).join('');
const pad = (n, width) => String(n).padStart(width, '0');

function realDate() {
  const day = new Date(Date.UTC(1900, 0, 1 + random(46000)));

  return day.toISOString().slice(0, 10).replaceAll('-', '');
}

function noDate() {
  const year = 1900 + random(125);

  return pick([
    `${year}${pick(['00', '13', '20', '99'])}${pad(1 + random(28), 2)}`,
    `${year}${pad(1 + random(12), 2)}${pick(['00', '32', '45', '99'])}`,
  ]);
}

function noDayOfMonth() {
  return `${1900 + random(125)}${pick(['0230', '0231', '0431', '0631', '0931',
    '1131'])}`;
}

const noLeapDay = () => `${pick([1900, 1901, 1990, 2001, 2022])}0229`;

function gb11643(first) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((s, w, i) => s + w * Number(first[i]), 0);

  return first + '10X98765432'[sum % 11];
}

const resident = (region, date) => gb11643(region + date + digits(3));

function creditSum(code) {
  return [...code.slice(0, 17)].reduce(
    (sum, c, i) => sum + ALPHABET.indexOf(c) * Number(3n ** BigInt(i) % 31n),
    0) % 31;
}

function creditCode() {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];

  for (;;) {
    const body = Array.from({ length: 8 }, () => pick(ALPHABET)).join('');
    const sum = weights.reduce(
      (s, w, i) => s + w * parseInt(body[i], 36), 0);
    const code = pick(['91', '92', '93', '11', '12', '51', '52', '53'])
      + pick(REGIONS) + body + '0X987654321'[sum % 11];

    if (creditSum(code) !== 0) {
      return code + ALPHABET[31 - creditSum(code)];
    }
  }
}

// Another character of the same alphabet at one of some places.

function slip(number, from, to, alphabet) {
  const at = from + random(to - from);

  for (;;) {
    const c = pick(alphabet);

    if (c !== number[at]) {
      return number.slice(0, at) + c + number.slice(at + 1);
    }
  }
}

const good = () => resident(pick(REGIONS), realDate());
const cut = (number) => pick([
  number.slice(1), `${number}0`, number.slice(0, 15), 'A' + number.slice(1)]);

const residents = {
  'right numbers': good,
  'slips in the sequence': () => slip(good(), 14, 17, '0123456789'),
  'slips in the check character': () => slip(good(), 17, 18, '0123456789X'),
  'wrong lengths and letters': () => cut(good()),
  'dates that never are': () => resident(pick(REGIONS), noDate()),
  'days that a month does not have':
    () => resident(pick(REGIONS), pick([noDayOfMonth, noLeapDay])()),
  'provinces that never were':
    () => resident(pick(NO_PROVINCES) + '0102', realDate()),
};

const credits = {
  'right codes': creditCode,
  'slips': () => slip(creditCode(), 8, 18, ALPHABET),
  'slips in the region': () => slip(creditCode(), 2, 8, '0123456789'),
  'letters outside the alphabet': () => slip(creditCode(), 8, 18, 'IOSVZ'),
  'wrong lengths': () => pick([creditCode().slice(1), `${creditCode()}0`]),
};

const hmPermits = {
  'right numbers': () => pick('HM') + digits(8),
  'other letters': () => pick('ABCKT') + digits(8),
  'wrong lengths': () => pick('HM') + digits(pick([6, 7, 9])),
};

const twPermits = {
  'right numbers': () => digits(8),
  'wrong lengths': () => digits(pick([6, 7, 9])),
  'letters': () => pick('TFA') + digits(7),
};

function chinesePassport() {
  const letters = pick(['E', 'EA', 'DE', 'SE', 'PE', 'K', 'KJ', 'H', 'MA']);

  return letters + digits(9 - letters.length);
}

const without = (classes, ...names) => Object.fromEntries(
  Object.entries(classes).filter(([name]) => !names.includes(name)));

const valid = (library) => (number) => library.validate(number).isValid;

const CHECKS = [
  ['idcard', 'resident', residents, (n) => Boolean(idcard.verify(n))],
  ['stdnum', 'resident', without(residents, 'provinces that never were'),
    valid(stdnum.CN.ric)],
  ['util-helpers', 'resident',
    without(residents, 'provinces that never were',
      'days that a month does not have'),
    (n) => isIdCard(n)],
  ['stdnum', 'credit_code', credits, valid(stdnum.CN.uscc)],
  ['util-helpers', 'credit_code', credits, (n) => isSocialCreditCode(n)],
  ['util-helpers', 'hm_permit', hmPermits, (n) => isHMCard(n)],
  ['util-helpers', 'tw_permit', twPermits, (n) => isTWCard(n)],
  ['util-helpers', 'passport', { 'passports of China': chinesePassport },
    (n) => isPassport(n)],
];

function core(kind, numbers) {
  const run = spawnSync(PROGRAM, {
    input: numbers.map((number) => `${kind} ${number}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

  if (run.status !== 0) {
    console.log(`Bail out! ${PROGRAM}: ${run.error ?? `exit ${run.status}`}`);
    process.exit(1);
  }

  return run.stdout.trimEnd().split('\n');
}

let test = 0;
let failed = 0;

for (const [library, kind, classes, judge] of CHECKS) {
  for (const [name, generate] of Object.entries(classes)) {
    const numbers = Array.from({ length: COUNT }, generate);
    const words = core(kind, numbers);
    const different = numbers.filter(
      (number, i) => judge(number) !== (words[i] === 'ok'));
    const wrong = words.length !== COUNT || different.length !== 0;

    test += 1;
    failed += wrong ? 1 : 0;
    console.log(`${wrong ? 'not ok' : 'ok'} ${test} - ${kind} as ${library}: `
      + `${COUNT} ${name}`);

    for (const number of different.slice(0, 3)) {
      console.log(`# ${number}: core says ${words[numbers.indexOf(number)]}`);
    }
  }
}

console.log(`1..${test}`);
process.exit(failed === 0 ? 0 : 1);
