// The login page, by telephone and by desktop, in both languages.

import { closeAll, hasFocus, look, open, shut } from './lib/browser.mjs';
import { is, like, ok, play, server } from './lib/play.mjs';

const sizes = ['phone', 'desktop'];


async function signIn(page, { username, password }) {
    await page.locator('#account').fill(username);
    await page.locator('#password').fill(password);
    await page.locator('button[type=submit]').click();
}


async function heading(page, pattern, name) {
    await page.locator('h1', { hasText: pattern }).waitFor();
    ok(true, name);
}


// What is below the heading may come a moment later.

async function says(page, text, name) {
    await page.locator('main', { hasText: text }).waitFor();
    ok(true, name);
}


// What a form says changes its language with the page.

async function inEnglish(page, name) {
    await page.locator('button', { hasText: 'English' }).click();
    await page.locator('html[lang=en]').waitFor();

    const text = await page.locator('form').textContent();

    ok(!/[\u4e00-\u9fff]/.test(text), `${name}: in English`, text);
    await page.locator('button', { hasText: '中文' }).click();
    await page.locator('html[lang=zh-CN]').waitFor();
}


// The next such call fails, as it would at a service that is down.

async function failure(page, address) {
    await page.route(address, (route) => route.fulfill({
        status: 503, json: {
            type: 'urn:registration:problem:unavailable',
            title: 'Service Unavailable', status: 503,
            detail: '服务繁忙，请稍后重试',
        } }), { times: 1 });
}


function path(page) {
    const url = new URL(page.url());

    return url.pathname + url.search + url.hash;
}


await play({
    async 'headers of each page'() {
        const visit = await open();
        const { page } = visit;

        for (const address of ['/', '/register/', '/correction/', '/admin/']) {
            const answer = await page.request.get(address);
            const headers = answer.headers();

            is(answer.status(), 200, `${address}: there`);
            like(headers['content-security-policy'],
                 /^default-src 'none'; script-src 'self'; style-src 'self'; /,
                 `${address}: a strict policy`);
            ok(!/unsafe|https?:|\*/.test(headers['content-security-policy']),
               `${address}: for nobody else`);
            like(headers['content-security-policy'],
                 /frame-ancestors 'none'/, `${address}: in no frame`);
            is(headers['x-content-type-options'], 'nosniff',
               `${address}: nosniff`);
            is(headers['referrer-policy'], 'no-referrer',
               `${address}: no referrer`);
            is(headers['cache-control'], 'no-cache',
               `${address}: asked for anew`);
            is(headers['content-encoding'], 'gzip', `${address}: compressed`);
            like(headers.vary ?? '', /accept-encoding/i, `${address}: Vary`);

            const text = await answer.text();
            const [asset] = text.match(/assets\/[^"]+\.js/);
            const script = await page.request.get(`/${asset}`);

            is(script.headers()['cache-control'],
               'public, max-age=31536000, immutable',
               `${address}: its scripts never change`);
            is(script.headers()['content-encoding'], 'gzip',
               `${address}: its scripts are compressed`);

            const again = await page.request.get(address, {
                headers: { 'If-None-Match': headers.etag },
            });

            is(again.status(), 304, `${address}: 304 when it has not changed`);
        }

        const form = await page.request.get('/api/form');

        is(form.headers()['content-encoding'], 'gzip', 'the form, too');
        is((await page.request.get('/api/form', {
            headers: { 'If-None-Match': form.headers().etag } })).status(),
           304, 'and it is not sent twice');
        is((await page.request.get('/api/draft'))
            .headers()['content-encoding'], undefined,
           'personal answers are not');

        await shut(visit);
    },

    async 'pages that are not there'() {
        for (const size of sizes) {
            const visit = await open({ size, expect: [/^404 /] });
            const answer = await visit.page.goto('/no/such/page.html');

            is(answer.status(), 404, 'not found');
            await heading(visit.page, '没有找到这个页面', 'is told in Chinese');
            await look(visit, 'login-404');
            await visit.page.locator('a').click();
            await heading(visit.page, /^登录$/, 'and leads to the login');
            await shut(visit);
        }
    },

    async 'signing in: what goes wrong'() {
        for (const size of sizes) {
            const visit = await open({ size,
                expect: ['401 POST /api/sessions', 'none /api/sessions'] });
            const { page } = visit;
            const person = await server.person();

            await page.goto('/');
            await heading(page, /^登录$/, 'the site address opens the login');
            await look(visit, 'login');

            await page.locator('button[type=submit]').click();
            await hasFocus(page, '#account',
                           'the first empty field has the focus');
            like(await page.locator('#account-error').textContent(),
                 /请填写用户名/, 'and says what to do');
            ok(await page.locator('#password-error').isVisible(),
               'so does the other');
            await look(visit, 'login-empty');

            await signIn(page, person);
            like(await page.locator('[role=alert]').textContent(),
                 /用户名或密码不正确/, 'a wrong pair');
            await page.locator('button', { hasText: 'English' }).click();
            await page.locator('[role=alert]', { hasText: 'password is wrong' })
                .waitFor();
            await page.locator('button', { hasText: '中文' }).click();
            await page.locator('[role=alert]', { hasText: '不正确' }).waitFor();
            is(await page.locator('#account').inputValue(), person.username,
               'what was typed is still there');
            await look(visit, 'login-wrong');

            await page.locator('button', { hasText: '显示' }).click();
            is(await page.locator('#password').getAttribute('type'), 'text',
               'the password can be looked at');
            is(await page.locator('#password-field button')
                .getAttribute('aria-label'), '隐藏 密码',
               'and the button says what it hides');

            await visit.context.setOffline(true);
            await page.locator('button[type=submit]').click();
            like(await page.locator('[role=alert]',
                    { hasText: '网络' }).textContent(),
                 /网络连接中断/, 'a lost connection');
            await visit.context.setOffline(false);
            visit.faults.splice(0, visit.faults.length,
                ...visit.faults.filter((one) => !/INTERNET_DISC|^none/.test(one)));
            await shut(visit);
        }
    },

    async 'too many tries'() {
        const person = (await server.register()).values;
        const visit = await open({ expect: ['401 POST /api/sessions',
            '429 POST /api/sessions'] });
        const { page } = visit;

        await page.goto('/');

        // five are free, then each costs twice the wait of the one before

        let said = '';

        for (let i = 0; i < 15 && !/秒后重试/.test(said); i += 1) {
            await signIn(page, { ...person, password: `wrong-${i}` });
            await page.locator('button[type=submit]:not([aria-disabled])')
                .waitFor();
            said = await page.locator('[role=alert]').textContent();
            await page.waitForTimeout(i < 5 ? 0 : 600);
        }

        like(said, /请在\d+秒后重试/, 'says how long to wait');
        await look(visit, 'login-wait');
        await shut(visit);
    },

    async 'pending'() {
        const made = await server.register();

        for (const size of sizes) {
            const visit = await open({ size });
            const { page } = visit;

            await page.goto('/');
            await signIn(page, made.values);
            await heading(page, '您的申请正在审核中', 'under review');
            await hasFocus(page, '#main', 'the new page is read out');

            await says(page, made.number, 'the number');

            const [year, month, day] = made.due_date.split('-').map(Number);

            await says(page, `${year}年${month}月${day}日前完成审核`,
                       'until when');
            await look(visit, 'login-pending');

            await page.locator('button', { hasText: '返回登录' }).click();
            await heading(page, /^登录$/, 'and back');
            is((await visit.context.cookies()).length, 0, 'no cookie is left');
            await shut(visit);
        }

        await server.sql('update registration.application set due_date = '
            + `current_date - 3 where number = '${made.number}'`);

        const visit = await open();

        await visit.page.goto('/');
        await signIn(visit.page, made.values);
        await heading(visit.page, '审核中', 'overdue');
        await says(visit.page, '审核用时超过了预计', 'it does not pretend');
        await look(visit, 'login-late');
        await shut(visit);
    },

    async 'rejected'() {
        const made = await server.register();
        const why = '证件图片与所填姓名不符，\n请使用本人的证件重新办理。';

        await server.decide(made.number, 1, 'reject', why);

        for (const size of sizes) {
            const visit = await open({ size });

            await visit.page.goto('/');
            await signIn(visit.page, made.values);
            await heading(visit.page, '未通过审核', 'rejected');
            await says(visit.page, why, 'with the reason');
            await look(visit, 'login-rejected');
            await shut(visit);
        }
    },

    async 'approved'() {
        const made = await server.register();

        await server.decide(made.number, 1, 'approve', '');

        for (const size of sizes) {
            const visit = await open({ size });
            const { page } = visit;

            // the guard leads here, and the login leads back

            await page.goto('/platform/?a=1&b=%E4%B8%AD');
            is(path(page), '/?next=%2Fplatform%2F%3Fa%3D1%26b%3D%25E4%25B8%25AD',
               'a guarded page leads to the login');
            await says(page, '请先登录', 'which says why');
            await look(visit, 'login-next');
            await signIn(page, made.values);
            await heading(page, '平台首页', 'signed in');
            is(path(page), '/platform/?a=1&b=%E4%B8%AD',
               'the page that was asked for');
            await look(visit, 'platform');

            await page.goto('/');
            await heading(page, '您已登录', 'coming back: signed in');
            await look(visit, 'login-signed-in');
            await page.locator('a', { hasText: '进入平台' }).click();
            await heading(page, '平台首页', 'and the way on');
            is(path(page), '/platform/', 'to the landing page');

            await page.locator('button', { hasText: '退出登录' }).click();
            await heading(page, /^登录$/, 'signed out');

            await signIn(page, made.values);
            await heading(page, '平台首页', 'signed in');
            is(path(page), '/platform/', 'to the landing page');

            await page.goto('/');
            await page.locator('button', { hasText: '退出登录' }).click();
            await heading(page, /^登录$/, 'signed out by the login page');
            is((await visit.context.cookies()).length, 0, 'no cookie is left');
            await page.reload();
            await heading(page, /^登录$/, 'for good');
            await shut(visit);
        }
    },

    async 'only a path of this site is followed'() {
        const made = await server.register();

        await server.decide(made.number, 1, 'approve', '');

        for (const next of ['//evil.example/', '/\\evil.example/',
            'https://evil.example/', 'javascript:alert(1)', '/\t/evil.example/',
            '/.//evil.example/', 'evil', '', '/%5Cevil.example/../platform/']) {
            const visit = await open();

            await visit.page.goto(`/?next=${encodeURIComponent(next)}`);
            await signIn(visit.page, made.values);
            await heading(visit.page, '平台首页', JSON.stringify(next));
            is(path(visit.page), '/platform/', 'leads to the landing page');
            await shut(visit);
        }
    },

    async 'a session that has ended meanwhile'() {
        const made = await server.register();

        await server.decide(made.number, 1, 'approve', '');

        const visit = await open({ expect: ['401 GET /api/session'] });

        await visit.page.goto('/');
        await signIn(visit.page, made.values);
        await heading(visit.page, '平台首页', 'signed in');
        await visit.context.clearCookies();
        await visit.page.goto('/');
        await heading(visit.page, /^登录$/, 'it asks to sign in again');
        await shut(visit);
    },

    async 'a forgotten password'() {
        for (const size of sizes) {
            const made = await server.register();
            const { values } = made;
            const visit = await open({ size,
                expect: ['422 POST /api/password-resets',
                         '503 POST /api/password-resets',
                         '503 POST /api/email-codes',
                         '401 POST /api/sessions'] });
            const { page } = visit;
            const password = (await server.person()).password;

            await page.goto('/');
            await page.locator('#account').fill(values.username);
            await page.locator('a', { hasText: '忘记密码' }).click();
            await heading(page, '重新设置密码', 'a page of its own');
            is(await page.locator('#r-account').inputValue(), values.username,
               'the account is there already');
            await look(visit, 'recover');

            await page.locator('button[type=submit]').click();
            await hasFocus(page, '.summary', 'the summary has the focus');
            is(await page.locator('.summary a').count(), 4,
               'and all that is missing');
            await look(visit, 'recover-empty');
            await inEnglish(page, 'what is missing');
            await page.locator('.summary a').first().click();
            await hasFocus(page, '#r-email', 'its links lead to the fields');

            await page.locator('#r-email').fill('nobody');
            await page.locator('.code-button').click();
            like(await page.locator('#r-email-error').textContent(),
                 /格式不正确/, 'no code to an address that is none');

            await failure(page, '**/api/email-codes');
            await page.locator('#r-email').fill(values.email);
            await page.locator('.code-button').click();
            await page.locator('#r-code-field .field-error:not([id])').waitFor();
            await inEnglish(page, 'why no code was sent');

            await page.locator('#r-email').fill(values.email);
            await page.waitForTimeout(3000);
            await page.locator('.code-button').click();
            await page.locator('.code-note').waitFor();
            like(await page.locator('.code-button').textContent(),
                 /\d+秒后可重新获取/, 'a countdown');

            const code = await server.code(values.email, 3);

            await page.locator('#r-code').fill(
                code === '000000' ? '111111' : '000000');
            await page.locator('#r-password').fill(password);
            await page.locator('#r-again').fill(`${password}x`);
            await page.locator('button[type=submit]').click();
            like(await page.locator('#r-again-error').textContent(),
                 /不一致/, 'two passwords that differ');
            await page.locator('#r-again').fill(password);
            await failure(page, '**/api/password-resets');
            await page.locator('button[type=submit]').click();
            await page.locator('[role=alert].note-error').waitFor();
            await inEnglish(page, 'a failure of the service');
            await page.locator('button[type=submit]').click();
            like(await page.locator('#r-code-error').textContent(),
                 /验证码不正确/, 'a wrong code');
            await inEnglish(page, 'a refusal of the service');
            await look(visit, 'recover-wrong');

            await page.locator('#r-code').fill(code);
            await page.locator('button[type=submit]').click();
            await heading(page, /^登录$/, 'done');
            await says(page, '新密码已设置', 'and told');
            is(await page.locator('#account').inputValue(), values.username,
               'the account is there');

            await signIn(page, values);
            like(await page.locator('[role=alert]').textContent(),
                 /用户名或密码不正确/, 'the old password is none any more');
            await signIn(page, { ...values, password });
            await heading(page, '您的申请正在审核中', 'the new one is');
            await shut(visit);
        }
    },

    async 'English, large print, and what is remembered'() {
        for (const size of sizes) {
            const visit = await open({ size });
            const { page } = visit;

            await page.goto('/');
            await page.locator('button', { hasText: 'English' }).click();
            await heading(page, 'Sign in', 'English');
            await page.locator('button[aria-pressed]', { hasText: 'Large' })
                .click();
            await look(visit, 'login-en-large');
            await page.reload();
            await heading(page, 'Sign in', 'is remembered');
            is(await page.locator('html').getAttribute('lang'), 'en',
               'and marked as such');
            is(await page.evaluate(() => getComputedStyle(
                document.documentElement).fontSize), '20px',
               'so is large print');

            const text = await page.locator('body').innerText();

            ok(!/\p{Script=Han}/u.test(text.replace('中文', '')),
               'no Chinese among it');
            await shut(visit);
        }
    },

    async 'by keyboard alone'() {
        const made = await server.register();
        const visit = await open();
        const { page } = visit;
        const press = (key) => page.keyboard.press(key);

        await page.goto('/');
        await page.locator('#account').waitFor();

        for (let i = 0; i < 20; i += 1) {
            await press('Tab');

            if (await page.evaluate(() => document.activeElement.id)
                === 'account') {
                break;
            }
        }

        await page.keyboard.type(made.values.username);
        await press('Tab');
        await page.keyboard.type(made.values.password);
        await press('Enter');
        await heading(page, '审核中', 'signed in by keyboard');
        await shut(visit);
    },
}, closeAll);
