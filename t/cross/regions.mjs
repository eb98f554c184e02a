// Checks the regions file that data/build.mjs wrote against what the standard
// and the ministry's table say: node regions.mjs REGIONS_JSON

import { readFileSync } from 'node:fs';

const { regions } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const names = new Map(regions);
const codes = [...names.keys()];

const under = (code) => codes.filter(
  (other) => other !== code && other.startsWith(code.replace(/0+$/, '')));

const CHECKS = [
  ['34 provinces', codes.filter((c) => c.endsWith('0000')).length === 34],
  ['333 prefectures and cities', codes.filter(
    (c) => c.endsWith('00') && !c.endsWith('0000')).length === 333],
  ['about 2,850 counties', Math.abs(codes.filter(
    (c) => !c.endsWith('00')).length - 2847) <= 25],
  ['codes in order, none twice', codes.length === regions.length
    && codes.every((c, i) => i === 0 || codes[i - 1] < c)],
  ['no development zone', codes.every((c) => c.endsWith('00')
    || !/^(7[1-9]|9\d)$/.test(c.slice(4)))
    && ![...names.values()].some((n) => /开发区|高新区|工业园/.test(n))],
  ['every county has its province', codes.every(
    (c) => names.has(`${c.slice(0, 2)}0000`))],
  ['districts of a municipality stand below it',
    names.get('110101') === '东城区' && !names.has('110100')],
  ['counties of a province itself stay', names.get('419001') === '济源市'
    && names.get('429004') === '仙桃市' && names.get('659001') === '石河子市'
    && !names.has('419000')],
  ['cities without districts have no parts',
    ['441900', '442000', '460400', '620200'].every(
      (c) => names.has(c) && under(c).length === 0)],
  ['nor have Hong Kong, Macao and Taiwan', ['71', '81', '82'].every(
    (p) => codes.filter((c) => c.startsWith(p)).length === 1)],
  ['Henan has 17 cities, and 157 counties with 济源市',
    codes.filter((c) => /^41\d\d00$/.test(c) && c !== '410000').length === 17
    && codes.filter((c) => /^41/.test(c) && !c.endsWith('00')).length === 157],
];

console.log(`1..${CHECKS.length}`);

CHECKS.forEach(([name, holds], i) => {
  console.log(`${holds ? 'ok' : 'not ok'} ${i + 1} - regions: ${name}`);
});

process.exit(CHECKS.every(([, holds]) => holds) ? 0 : 1);
