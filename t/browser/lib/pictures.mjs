// Pictures as applicants have them: drawn documents, marked SPECIMEN 样本, and
// files that are none.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

import { WORK } from './browser.mjs';

let serial = process.pid % 1000 * 1000;


// A picture of a kind; options are those of t/specimen/draw.c: seed, size,
// quality, name, number, from, until, orientation, progressive.  Gives its
// path, and what is written on it.

export function specimen(kind, options = {}) {
    serial += 1;
    mkdirSync(WORK, { recursive: true });

    const path = `${WORK}/${kind}-${serial}.jpg`;
    const args = Object.entries({ seed: serial, ...options })
        .filter(([, value]) => value !== false)
        .flatMap(([name, value]) => (
            value === true ? [`--${name}`] : [`--${name}`, String(value)]));
    const text = execFileSync(process.env.BROWSER_DRAW,
                              ['--kind', kind, ...args, path]);

    return { path, written: JSON.parse(text).fields };
}


// A file with that name and those bytes.

export function file(name, bytes) {
    serial += 1;
    mkdirSync(`${WORK}/${serial}`, { recursive: true });

    const path = `${WORK}/${serial}/${name}`;

    writeFileSync(path, bytes);
    return path;
}
