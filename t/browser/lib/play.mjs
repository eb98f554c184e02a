// What a script says to the test that runs it, and asks of it: a JSON object a
// line, see t/lib/Test/Registration/Browser.pm.  Only this file writes to
// standard output; console.error is for a person who looks for a fault.

import { createInterface } from 'node:readline';

const waiting = new Map();
let serial = 0;


createInterface({ input: process.stdin }).on('line', (line) => {
    const answer = JSON.parse(line);
    const { resolve, reject } = waiting.get(answer.id);

    waiting.delete(answer.id);

    if ('error' in answer) {
        reject(new Error(answer.error));

    } else {
        resolve(answer.value);
    }
});


function say(message) {
    process.stdout.write(`${JSON.stringify(message)}\n`);
}


// Something done where the servers are: server.register({…}),
// server.code(address), server.stop('redis'), …

export const server = new Proxy({}, {
    get: (target, name) => (...args) => new Promise((resolve, reject) => {
        const id = serial += 1;

        waiting.set(id, { resolve, reject });
        say({ id, call: name, args });
    }),
});


export function ok(good, name, diag) {
    say({ ok: Boolean(good), name, diag });
    return Boolean(good);
}


export function is(got, expected, name) {
    const [a, b] = [got, expected].map((value) => JSON.stringify(value));

    return ok(a === b, name, `got      ${a}\nexpected ${b}`);
}


export function like(got, pattern, name) {
    return ok(pattern.test(got), name, `got ${got}\nnot  ${pattern}`);
}


export function note(text) {
    say({ note: text });
}


// Runs the script's parts one after the other.  One that throws has failed,
// and the next one goes on.

export async function play(parts, close) {
    for (const [name, part] of Object.entries(parts)) {
        note(name);

        try {
            await part();

        } catch (error) {
            ok(false, `${name}: goes on to its end`, error.stack);
        }
    }

    await close?.();
    say({ end: true });
    process.stdin.destroy();
}
