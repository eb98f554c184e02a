// Debian's chromium as somebody's telephone or desktop, which looks at every
// page for what must never be there: a message on the console, a report of
// the content security policy, a request to another server.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

import { is, ok, server } from './play.mjs';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const URL_BASE = process.env.BROWSER_URL;
export const WORK = process.env.BROWSER_WORK;

const SHOTS = process.env.BROWSER_SHOTS;

export const SIZES = {
    phone: {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        hasTouch: true,
        isMobile: true,
    },
    desktop: {
        viewport: { width: 1280, height: 800 },
    },
};

// WCAG 2.2 AA, and axe's own good practice

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                  'best-practice'];

// WCAG 2.5.5 asks for 44 px; links within a sentence are excepted there

const TARGET = 44;

// A screenshot ends what playwright emulates of a finger: without this a
// telephone would have a mouse from the first look on.

const FINGER = '--blink-settings=primaryPointerType=2,availablePointerTypes=2,'
    + 'primaryHoverType=1,availableHoverTypes=1';

const opened = new Set();
const browsers = {};


// A browser context of its own, as another person's.  Options: size ("phone"
// or "desktop"), locale, expect (answers that are no fault, as
// "401 POST /api/sessions"; a RegExp is matched against such a line), and any
// of playwright's.

export async function open({ size = 'desktop', expect = [], ...more } = {}) {
    browsers[size] ??= await chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: ['--disable-gpu', '--disable-dev-shm-usage',
               ...size === 'phone' ? [FINGER] : []],
    });

    const context = await browsers[size].newContext({
        baseURL: URL_BASE,
        locale: 'zh-CN',
        timezoneId: 'Asia/Shanghai',
        ...SIZES[size],
        ...more,
    });
    const visit = { size, context, faults: [], expect: [...expect] };

    context.setDefaultTimeout(15_000);
    await context.addInitScript(() => {
        addEventListener('securitypolicyviolation', (event) => {
            console.error(`CSP: ${event.violatedDirective} `
                          + `${event.blockedURI} ${event.sourceFile}`);
        });
    });
    context.on('page', (page) => watch(visit, page));
    opened.add(visit);

    visit.page = await context.newPage();
    return visit;
}


// Closes it; a fault that was seen fails the test.

export async function shut(visit) {
    opened.delete(visit);

    const cookies = await visit.context.cookies();

    await server.secret(...cookies.map((cookie) => cookie.value));
    await visit.context.close();
    is(visit.faults, [], `nothing wrong was seen (${visit.size})`);
}


export async function closeAll() {
    for (const visit of [...opened]) {
        await shut(visit);
    }

    await Promise.all(Object.values(browsers).map((one) => one.close()));
}


function watch(visit, page) {
    const { faults } = visit;
    const answers = new Map();

    page.on('pageerror', (error) => faults.push(`error: ${error.stack}`));

    page.on('request', (request) => {
        const url = request.url();

        if (!url.startsWith(`${URL_BASE}/`) && !/^(?:blob|data):/.test(url)) {
            faults.push(`a request to ${url}`);
        }
    });

    page.on('response', (response) => {
        if (response.status() >= 400) {
            const path = new URL(response.url()).pathname;

            answers.set(response.url(), `${response.status()} `
                + `${response.request().method()} ${path}`);
        }
    });

    page.on('console', (message) => {
        if (!['error', 'warning', 'assert'].includes(message.type())) {
            return;
        }

        // The browser's own line on an answer of 400 or more, or none

        const text = message.text();
        const answer = text.startsWith('Failed to load resource')
            ? answers.get(message.location().url)
              ?? `none ${new URL(message.location().url).pathname}`
            : text;

        if (!expected(visit, answer)) {
            faults.push(answer);
        }
    });
}


function expected(visit, answer) {
    return visit.expect.some((pattern) => (
        pattern instanceof RegExp ? pattern.test(answer) : pattern === answer
    ));
}


// Looks at a page's state as it stands: axe in both colour schemes, no
// sideways scroll from 320 to 1920 px, targets that a finger hits; a
// screenshot as build/screenshots/NAME-SIZE.png.  Options: axe (rules to leave
// out, with the reason), full (the whole page, true unless said otherwise).

export async function look(visit, name, { full = true } = {}) {
    const { page, size } = visit;
    const label = `${name} (${size})`;
    const own = page.viewportSize();

    await settled(page);
    await shoot(visit, name, full);

    is(await faultsOfAxe(page), [], `${label}: axe, light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(visit, `${name}-dark`, full);
    is(await faultsOfAxe(page), [], `${label}: axe, dark`);
    await page.emulateMedia({ colorScheme: 'light' });

    for (const width of [320, own.width, size === 'phone' ? 844 : 1920]) {
        await page.setViewportSize({ width, height: own.height });
        is(await sideways(page), [], `${label}: fits into ${width} px`);
    }

    await page.setViewportSize(own);
    is(await smallTargets(page), [], `${label}: targets of ${TARGET} px`);
}


export async function shoot(visit, name, full = true) {
    mkdirSync(SHOTS, { recursive: true });
    await visit.page.screenshot({
        path: `${SHOTS}/${name}-${visit.size}.png`,
        fullPage: full,
        animations: 'disabled',
    });
}


async function settled(page) {
    await page.evaluate(async () => {
        await document.fonts.ready;
        await Promise.all(document.getAnimations()
            .filter((animation) => animation.effect?.getTiming()
                .iterations !== Infinity)
            .map((animation) => animation.finished.catch(() => {})));
    });
}


export async function faultsOfAxe(page) {
    await page.evaluate(`if (!window.axe) { ${axe} }`);

    return page.evaluate(async (tags) => {
        const { violations } = await window.axe.run(document, {
            runOnly: tags,
            resultTypes: ['violations'],
        });

        return violations.flatMap((rule) => rule.nodes.map((node) => (
            `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`)));
    }, AXE_TAGS);
}


async function sideways(page) {
    return page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;

        if (scrollWidth <= clientWidth) {
            return [];
        }

        const wide = [...document.body.querySelectorAll('*')]
            .filter((node) => (
                node.getBoundingClientRect().right > clientWidth + 1))
            .slice(0, 5)
            .map((node) => `${node.tagName}.${node.className}`);

        return [`${scrollWidth} px in ${clientWidth}`, ...wide];
    });
}


// A box or a radio button is hit through its label, too.

async function smallTargets(page) {
    return page.evaluate((least) => {
        const all = 'a[href], button, select, textarea, summary, input, '
            + '[role="button"], [role="tab"]';
        const seen = (node) => node.checkVisibility({
            opacityProperty: true, visibilityProperty: true });
        const inText = (node) => node.tagName === 'A'
            && getComputedStyle(node).display === 'inline'
            && node.parentElement.textContent.trim()
               !== node.textContent.trim();
        const height = (node) => node.getBoundingClientRect().height;

        return [...document.querySelectorAll(all)]
            .filter((node) => seen(node) && !inText(node)
                && node.type !== 'hidden'
                && !node.closest('[inert], .visually-hidden')
                && !(document.querySelector('dialog:modal')
                     && !node.closest('dialog:modal')))
            .map((node) => [node, Math.max(height(node),
                ...[...node.labels ?? []]
                    .filter(() => ['checkbox', 'radio', 'file']
                        .includes(node.type))
                    .map(height))])
            .filter(([, high]) => high > 1 && high < least - 0.5)
            .map(([node, high]) => `${node.tagName} `
                + `${(node.textContent || node.name || node.id).trim()
                    .slice(0, 30)}: ${high}`);
    }, TARGET);
}


// Whether the focus is, or shortly comes, where SELECTOR says: a page moves it
// after what it has to wait for.

export async function hasFocus(page, selector, name) {
    const found = await page.locator(`${selector}:focus`)
        .waitFor({ timeout: 5000 })
        .then(() => true, () => false);

    ok(found, name, `the focus is on ${await page.evaluate(() => (
        document.activeElement.outerHTML.slice(0, 200)))}`);
}


// Counts what a person does: a press of a key that is no text, a click, a
// choice, a field filled in, a file given.

export function counting(page) {
    const count = { value: 0 };
    const done = (action) => (...args) => {
        count.value += 1;
        return action(...args);
    };

    return {
        count,
        click: done((selector) => page.locator(selector).click()),
        fill: done((selector, text) => page.locator(selector).fill(text)),
        choose: done((selector, value) => (
            page.locator(selector).selectOption(value))),
        check: done((selector) => page.locator(selector).check()),
        give: done((selector, file) => (
            page.locator(selector).setInputFiles(file))),
        press: done((key) => page.keyboard.press(key)),
    };
}


export { ok };
