// The reviewers' console.

import { readFileSync } from 'node:fs';

import {
    closeAll, counting, hasFocus, look, open, shoot, shut,
} from './lib/browser.mjs';
import { is, like, ok, play, server } from './lib/play.mjs';

const people = {};

// The queue's words that nothing is there: while it loads they are others.

const NONE = '.empty[aria-busy="false"]';

// The date in China, by which due dates go.

const TODAY = "(now() at time zone interval '8 hours')::date";


async function state(number) {
    return server.sql(`select status || ' ' || version
        from registration.application where number = '${number}'`);
}


async function audited(action, number) {
    return Number(await server.sql(`select count(*) from registration.audit
        where action = '${action}' and number = '${number}'`));
}


// A reviewer's browser, signed in, with the queue on the screen.

async function enter(name, options = {}) {
    const visit = await open({ expect: ['401 GET /admin/api/session'],
                               ...options });
    const { page } = visit;

    people[name] ??= await server.reviewer({ name });
    await page.goto('/admin/');
    await sign(page, people[name]);
    await page.waitForSelector('.queue');
    await page.waitForSelector(`.rows, ${NONE}`);
    visit.page = page;
    return visit;
}


async function sign(page, { name, password }) {
    await page.getByLabel('用户名').fill(name);
    await page.getByLabel('密码', { exact: true }).fill(password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
}


async function opened(page, number) {
    await page.waitForSelector(`h1:has-text("${number}")`);
    await page.waitForSelector('.pane img.ready');
    await page.waitForSelector('.tag-mine, .tag-held, .tag-approved, '
                               + '.tag-returned, .tag-rejected');
}


async function show(page, number) {
    await page.goto(`/admin/#/${number}`);
    await opened(page, number);
}


// Sees every picture of the application.

async function seeAll(page) {
    const tabs = page.locator('.picture-tab');

    for (let i = 0; i < await tabs.count(); i += 1) {
        await tabs.nth(i).click();
        await page.waitForSelector(`.picture-tab:nth-child(${i + 1}) .icon`);
    }
}


const texts = (locator) => locator.allInnerTexts();


await play({
    async 'signing in'() {
        people.anna = await server.reviewer({ name: 'anna', totp: true,
                                              role: 'supervisor' });

        const visit = await open({ expect: [
            '401 GET /admin/api/session', '401 POST /admin/api/sessions'] });
        const { page } = visit;
        const { name, password, secret } = people.anna;
        const alert = page.getByRole('alert');

        await page.goto('/admin/');
        await page.waitForSelector('.sign-in');
        await look(visit, 'console-sign-in');

        await page.getByRole('button', { name: '登录', exact: true }).click();
        is(await alert.innerText(), '请输入用户名。', 'nothing was typed');
        await sign(page, { name, password: 'not this one 77' });
        await page.waitForFunction(() => /不正确/.test(
            document.querySelector('[role=alert]')?.innerText));
        await look(visit, 'console-sign-in-wrong');

        await sign(page, { name, password });
        await page.getByLabel('动态验证码').waitFor();
        await look(visit, 'console-sign-in-code');
        await page.getByLabel('动态验证码').fill('12345');
        await page.keyboard.press('Enter');
        like(await alert.innerText(), /6位数字/, 'five digits are no code');

        await page.getByLabel('动态验证码').fill(
            await server.totp(secret, 9));
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => /只能使用一次/.test(
            document.querySelector('[role=alert]')?.innerText));
        await hasFocus(page, '#sign-in-code',
                       'a wrong code: the focus is where another goes');

        // as a Chinese keyboard types digits
        await page.getByLabel('动态验证码').fill(
            (await server.totp(secret)).replace(/\d/g, (digit) => (
                String.fromCharCode(digit.charCodeAt(0) + 0xfee0))));
        await page.keyboard.press('Enter');
        await page.waitForSelector(`.queue ${NONE}`);
        like(await page.innerText('.queue .empty'), /都办完了/,
             'nothing waits yet');
        await look(visit, 'console-queue-empty');

        await page.reload();
        await page.waitForSelector('.queue');
        ok(true, 'a reload needs no other sign-in');

        await page.getByRole('button', { name: '退出登录' }).click();
        await page.waitForSelector('.sign-in');
        await page.reload();
        await page.waitForSelector('.sign-in');
        ok(true, 'signed out for good');
        await shut(visit);
    },

    async 'the queue'() {
        people.all = [];

        for (let i = 0; i < 4; i += 1) {
            people.all.push(await server.apply());
        }

        people.firm = await server.apply({ applicant_type: 'enterprise' });

        const [late, soon] = people.all;

        await server.sql(`update registration.application
            set due_date = ${TODAY} - 3 where number = '${late.number}'`);
        await server.sql(`update registration.application
            set due_date = ${TODAY} + 1 where number = '${soon.number}'`);

        for (const size of ['desktop', 'phone']) {
            const visit = await enter('berta', { size });
            const { page } = visit;
            const numbers = () => texts(page.locator('.row-number'));
            const tab = (name) => page.locator('.tab', { hasText: name });

            is((await numbers())[0], late.number, 'the overdue one is first');
            like(await page.innerText('tbody tr:first-child'), /逾期3天/,
                 'and said to be');
            is((await numbers())[1], soon.number, 'then the urgent one');
            is((await texts(page.locator('.row-name')))[0],
               `${late.values.name[0]}*`, 'names are masked');
            is(await tab('待审核').locator('.tab-count').innerText(), '5',
               'the counts');
            await look(visit, 'console-queue');

            await tab('逾期').click();
            await page.waitForFunction(() => (
                document.querySelectorAll('.row-number').length === 1));
            is(await numbers(), [late.number], 'overdue only');
            await tab('逾期').click();
            await page.waitForFunction(() => (
                document.querySelectorAll('.row-number').length === 5));

            await page.getByLabel('用户类型').selectOption('enterprise');
            await page.waitForFunction(() => (
                document.querySelectorAll('.row-number').length === 1));
            is(await numbers(), [people.firm.number], 'by type');
            await page.getByRole('button', { name: '清除筛选' }).click();
            await page.waitForFunction(() => (
                document.querySelectorAll('.row-number').length === 5));

            await page.getByLabel('查找申请').fill(soon.values.mobile);
            await page.keyboard.press('Enter');
            await page.waitForFunction(() => (
                document.querySelectorAll('.row-number').length === 1));
            is(await numbers(), [soon.number], 'by mobile number');
            ok(!page.url().includes(soon.values.mobile),
               'which is in no address');
            await page.getByLabel('查找申请').fill('没有这个人');
            await page.keyboard.press('Enter');
            await page.waitForSelector(NONE);
            await look(visit, 'console-queue-none');
            await page.getByRole('button', { name: '清除筛选' }).click();
            await page.waitForSelector('.rows');
            await tab('待审核').click();

            await page.locator('.tab', { hasText: '全部' }).click();
            await page.getByLabel('登记办理点').selectOption({ index: 2 });
            await page.waitForSelector(NONE);
            await page.getByRole('button', { name: '清除筛选' }).click();
            await tab('待审核').click();
            await page.waitForSelector('.rows');

            await page.keyboard.press('?');
            await page.waitForSelector('dialog[open]');
            await look(visit, 'console-keys', { full: false });
            await page.keyboard.press('Escape');
            await page.waitForSelector('dialog', { state: 'detached' });
            await shut(visit);
        }
    },

    async 'page by page, by keys'() {
        const visit = await enter('berta');
        const { page } = visit;
        const current = () => page.evaluate(() => (
            document.activeElement.innerText));
        const rows = await texts(page.locator('.row-number'));

        // pages of two, as a queue of hundreds would have of fifty
        await page.route(/registrations\?/, (route) => route.continue({
            url: route.request().url().replace('limit=50', 'limit=2') }));
        await page.keyboard.press('r');
        await page.waitForFunction(() => (
            document.querySelectorAll('.row-number').length === 2));
        await page.keyboard.press('j');
        is(await current(), rows[1], 'j: the next row');
        await page.keyboard.press('k');
        is(await current(), rows[0], 'k: the one before');
        await page.keyboard.press('n');
        await page.waitForSelector('text=第2页');
        is(await texts(page.locator('.row-number')), rows.slice(2, 4),
           'n: the next page');
        await page.keyboard.press('n');
        await page.waitForSelector('text=第3页');
        is(await texts(page.locator('.row-number')), rows.slice(4),
           'and the last');
        await look(visit, 'console-queue-last-page');
        await page.keyboard.press('p');
        await page.waitForSelector('text=第2页');
        is(await texts(page.locator('.row-number')), rows.slice(2, 4),
           'p: back');

        await page.keyboard.press('/');
        await hasFocus(page, '#filter-q', '/: search');
        await page.keyboard.type('jjk?');
        is(await page.inputValue('#filter-q'), 'jjk?',
           'keys are text where one types');

        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: /快捷键/ }).click();
        await page.getByLabel('使用单键快捷键').uncheck();
        await page.keyboard.press('Escape');
        await page.locator('.row-number').first().focus();
        await page.keyboard.press('j');
        is(await current(), rows[2], 'switched off, j does nothing');
        await page.getByRole('button', { name: /快捷键/ }).click();
        await page.getByLabel('使用单键快捷键').check();
        await page.keyboard.press('Escape');
        await shut(visit);
    },

    async 'a clean application in five keys'() {
        const visit = await enter('berta');
        const { page } = visit;
        const { count, press } = counting(page);
        const [number, next] = await texts(page.locator('.row-number'));

        await hasFocus(page, `.row-number:text-is("${number}")`,
                       'the most urgent one has the focus');
        await press('Enter');
        await opened(page, number);
        await press(']');
        await page.waitForSelector('.picture-tab:nth-child(2) .icon');
        await press(']');
        await page.waitForSelector('.picture-tab:nth-child(3) .icon');
        await press('a');
        await page.waitForSelector('dialog[open]');
        await look(visit, 'console-approve', { full: false });
        await press('Enter');
        await page.waitForSelector(`h1:has-text("${next}")`);

        ok(count.value <= 5, `decided with ${count.value} keys`);
        is(await state(number), 'approved 2', 'approved');
        await opened(page, next);
        like(await page.innerText('.toast'), new RegExp(number),
             'the next one is open, and what was done is told');
        is(await audited('view_document', number), 3,
           'each look at a picture is audited, once');
        await look(visit, 'console-application');

        for (const [width, height] of [[1920, 1080], [320, 640]]) {
            await page.setViewportSize({ width, height });
            await shoot(visit, `console-application-${width}`, width < 400);
        }

        await page.setViewportSize({ width: 1280, height: 800 });
        await page.keyboard.press('u');
        await page.waitForSelector('.queue');
        ok(!(await texts(page.locator('.row-number'))).includes(number),
           'it waits no more');
        await shut(visit);
    },

    async 'nothing is approved by accident'() {
        const visit = await enter('berta');
        const { page } = visit;
        const [number] = await texts(page.locator('.row-number'));

        await page.keyboard.press('Enter');
        await opened(page, number);
        await page.keyboard.press('a');
        await page.waitForSelector('dialog[open]');
        like(await page.innerText('dialog'), /还有2张图片没有查看/,
             'unseen pictures are pointed out');
        await look(visit, 'console-approve-doubts', { full: false });
        await page.keyboard.press('Enter');
        await page.waitForSelector('dialog', { state: 'detached' });
        is(await state(number), 'pending 1', 'Enter then means no');

        // a key that is held down
        await seeAll(page);
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.down('x');
        await page.keyboard.down('x');
        await page.keyboard.up('x');
        is(await page.locator('dialog').count(), 1, 'opens one dialog');
        await page.keyboard.press('Control+Enter');
        is(await page.locator('#decision-reason-error').innerText(),
           '请选择或填写理由', 'and no rejection goes without a reason');
        await page.keyboard.press('Escape');
        is(await state(number), 'pending 1', 'nothing was decided');
        await shut(visit);
    },

    async 'the picture: zoom, turn, move'() {
        const visit = await enter('berta');
        const { page } = visit;

        await show(page, people.all[2].number);

        const shape = () => page.locator('.pane img').evaluate((image) => (
            image.style.transform));
        const before = await shape();

        await page.keyboard.press('+');
        const larger = await shape();
        ok(larger !== before, '+ enlarges');
        await page.locator('.stage').focus();
        await page.keyboard.press('ArrowLeft');
        ok(await shape() !== larger, 'an arrow moves what is enlarged');
        is(await page.locator('.picture-tab').first()
               .getAttribute('aria-pressed'), 'true',
           'and leads to no other picture');
        await page.keyboard.press('0');
        is(await shape(), before, '0: as it was');
        await page.keyboard.press('r');
        like(await shape(), /rotate\(90deg\)/, 'r turns');
        await page.keyboard.press('Shift+R');
        like(await shape(), /rotate\(0deg\)/, 'R turns back');
        await page.keyboard.press('ArrowRight');
        await page.waitForSelector('.picture-tab:nth-child(2)'
                                   + '[aria-pressed=true]');
        ok(true, 'an arrow leads to the next picture when nothing is zoomed');

        const box = await page.locator('.stage').boundingBox();

        await page.waitForSelector('.pane img.ready');
        await page.mouse.dblclick(box.x + 100, box.y + 100);
        const zoomed = await shape();
        await page.mouse.move(box.x + 200, box.y + 200);
        await page.mouse.down();
        await page.mouse.move(box.x + 260, box.y + 240, { steps: 4 });
        await page.mouse.up();
        ok(await shape() !== zoomed, 'the mouse moves it');
        await shoot(visit, 'console-zoomed', false);
        await shut(visit);
    },

    async 'a return with two reasons, and what comes of it'() {
        const { number, values } = people.all[2];
        const visit = await enter('berta');
        const { page } = visit;

        await show(page, number);
        await seeAll(page);
        await page.keyboard.press('[');

        // the picture by key, its reason ready-made
        await page.keyboard.press('i');
        await page.getByLabel('证件国徽面的补正理由：常用理由')
            .selectOption('picture-blurred');
        is(await page.getByLabel('证件国徽面的补正理由', { exact: true })
            .inputValue(), '图片模糊，请重新上传清晰的图片', 'a ready-made reason');

        // the mobile number by hand
        await page.getByRole('button', { name: '标记“手机号码”需要补正' })
            .focus();
        await page.keyboard.press('m');
        await page.getByLabel('手机号码的补正理由', { exact: true })
            .fill('号码为空号');
        await look(visit, 'console-marked');

        // and once more, taken away and back: what was written is there
        await page.getByRole('button', { name: '标记“手机号码”需要补正' })
            .click();
        await page.getByRole('button', { name: '标记“手机号码”需要补正' })
            .click();
        is(await page.getByLabel('手机号码的补正理由', { exact: true })
            .inputValue(), '号码为空号', 'a mark taken back keeps its words');

        await page.reload();
        await opened(page, number);
        is(await page.getByLabel('手机号码的补正理由', { exact: true })
            .inputValue(), '号码为空号', 'so does a reload');
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('t');
        await page.waitForSelector('dialog[open]');
        await page.getByRole('button', { name: /^退回补正（2项）/ }).last()
            .click();
        is(await page.locator('#decision-reason-error').innerText(),
           '请选择或填写理由', 'the reason as a whole is asked for');
        await look(visit, 'console-return', { full: false });
        await page.getByLabel('补正理由（总体）', { exact: true })
            .fill('申请表所填信息与证件保持一致');
        await page.keyboard.press('Control+Enter');
        await page.waitForSelector('.toast');
        is(await state(number), 'returned 2', 'returned');
        is(await server.sql(`select array_to_string(open_fields, ' ')
            from registration.application where number = '${number}'`),
           'documents.id_card_emblem mobile', 'and these are open');
        like(await server.mail(values.email, 3), /号码为空号/,
             'the applicant reads why');

        // the applicant corrects
        const mobile = '13900007777';

        await server.correct(number, 2, { mobile }, 'id_card_emblem');
        await page.goto('/admin/#/');
        await page.waitForSelector('.queue');
        await page.keyboard.press('r');
        await page.waitForSelector('.tag:has-text("已补正")');
        await show(page, number);

        const field = page.locator('[data-field=mobile]');

        like(await page.innerText('.picture-tab[aria-pressed=true]'),
             /证件国徽面/, 'the new picture comes first');
        like(await field.innerText(), new RegExp(mobile), 'the new number');
        is(await field.locator('del').innerText(), values.mobile,
           'and the old one');
        like(await field.innerText(), /上次要求补正：号码为空号/,
             'and what was asked');
        like(await page.innerText('.history'), /图片模糊/, 'the history');
        await page.getByRole('button', { name: '对照查看证件国徽面' }).click();
        await page.waitForFunction(() => (
            document.querySelectorAll('.pane img.ready').length === 2));
        like((await texts(page.locator('figcaption'))).join(), /补正前.*补正后/,
             'old and new picture side by side');
        await look(visit, 'console-corrected');

        await seeAll(page);
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('a');
        await page.getByRole('button', { name: '确认通过' }).click();
        await page.waitForSelector('.toast');
        is(await state(number), 'approved 4', 'approved');
        await shut(visit);
    },

    async 'the same at a telephone'() {
        const visit = await enter('berta', { size: 'phone' });
        const { page } = visit;
        const { number } = people.firm;

        await page.locator('tr', { hasText: number }).click();
        await opened(page, number);
        await look(visit, 'console-application');
        await page.getByRole('button', { name: '标记这张图片' }).tap();
        await page.getByLabel(/的补正理由：常用理由$/)
            .selectOption('seal-missing');
        await page.getByRole('button', { name: /^退回补正/ }).tap();
        await page.waitForSelector('dialog[open]');
        await look(visit, 'console-return', { full: false });
        await page.getByRole('button', { name: '使用常用理由' }).tap();
        await page.getByRole('button', { name: /^退回补正（1项）/ }).last().tap();
        await page.waitForSelector('.toast');
        is(await state(number), 'returned 2', 'returned from a telephone');

        await page.getByRole('link', { name: '操作记录' }).tap();
        await page.waitForSelector('.audit-rows');
        ok(await page.locator('.audit-rows time').evaluateAll((all) => (
            all.every((one) => one.getClientRects().length === 1))),
           'the audit fits a telephone, too');
        await look(visit, 'console-audit', { full: false });
        await shut(visit);
    },

    async 'a correction that leaves out what was asked'() {
        const { number } = await server.apply();
        const visit = await enter('berta');
        const { page } = visit;

        await server.decide(number, 1, 'return', '请补正', {
            mobile: '号码为空号', 'documents.id_card_emblem': '图片模糊',
            postcode: '与地址不符' });
        await show(page, number);
        ok(!/本次未修改/.test(await page.innerText('.side-facts')),
           'the applicant\'s turn: nothing is left out yet');

        await server.correct(number, 2, { mobile: '13900007777' });
        await page.reload();
        await page.waitForSelector('.tag-mine');
        like(await page.innerText('.checks'),
             /要求补正但没有修改：(证件国徽面、邮政编码|邮政编码、证件国徽面)/,
             'the checks say what');
        like(await page.innerText('[data-field=postcode]'),
             /与地址不符.*本次未修改/s, 'and so does the field');
        await page.getByRole('button', { name: '证件国徽面', exact: true })
            .first().click();
        like(await page.innerText('.pictures'), /图片模糊.*本次未修改/s,
             'and the picture');
        await page.waitForSelector('.pane img.ready');
        ok(await page.evaluate(() => {
            const [tools, bar] = ['.stage-tools', '.decide'].map((one) => (
                document.querySelector(one).getBoundingClientRect()));

            return tools.bottom <= bar.top;
        }), 'whose tools stay in sight');
        await look(visit, 'console-left-out');
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('a');
        like(await page.innerText('dialog'), /2项要求补正的内容没有修改/,
             'and the approval');
        await page.keyboard.press('Escape');
        await shut(visit);
    },

    async 'two reviewers at once'() {
        const { number } = people.all[3];
        const expect = [/^409 /, '401 GET /admin/api/session'];
        const berta = await enter('berta', { expect });
        const carla = await enter('carla', { expect });
        const [b, c] = [berta.page, carla.page];

        await show(b, number);
        await b.getByRole('button', { name: '标记“联系人”需要补正' }).click();
        await b.getByLabel('联系人的补正理由', { exact: true })
            .fill('请填写真实姓名');

        await c.keyboard.press('r');
        await c.waitForSelector('.tag:has-text("berta审核中")');
        await show(c, number);
        like(await c.innerText('.application-held'), /berta正在审核/,
             'the other sees who is on it');
        is(await c.locator('.decide').count(), 0, 'and cannot decide');
        await look(carla, 'console-held');
        await c.keyboard.press('a');
        is(await c.locator('dialog').count(), 0, 'by no key, either');

        await c.getByRole('button', { name: '接管' }).click();
        await look(carla, 'console-take-over', { full: false });
        await c.getByRole('button', { name: '接管审核' }).click();
        await c.waitForSelector('.decide');
        is(await audited('take_over', number), 1, 'a take-over is audited');

        // she learns of it when she goes on
        await b.evaluate(() => document.activeElement.blur());
        await b.keyboard.press('t');
        await b.getByLabel('补正理由（总体）', { exact: true }).fill('请补正');
        await b.keyboard.press('Control+Enter');
        await b.waitForSelector('.application-held');
        await b.waitForFunction(() => /carla已于.*接管/.test(
            document.querySelector('.application-held').innerText));
        ok(true, 'who took it, and when');
        is(await b.getByLabel('联系人的补正理由', { exact: true })
            .inputValue(), '请填写真实姓名', 'nothing she wrote is lost');
        is(await state(number), 'pending 1', 'and nothing has happened');
        await look(berta, 'console-lost');

        // carla decides while berta still looks on
        await seeAll(c);
        await c.keyboard.press('x');
        await c.getByLabel('不予通过的理由：常用理由')
            .selectOption('wrong-picture');
        await look(carla, 'console-reject', { full: false });
        await c.getByRole('button', { name: '确认不予通过' }).click();
        await c.waitForSelector('.toast, .queue');
        is(await state(number), 'rejected 2', 'rejected');

        await b.getByRole('button', { name: '接管' }).click();
        await b.getByRole('button', { name: '接管审核' }).click();
        await b.waitForFunction(() => /carla已于.*未通过/s.test(
            document.querySelector('.application').innerText));
        like(await b.innerText('.application'), /号码|请填写真实姓名/,
             'what was decided is shown, and her words are still there');
        await look(berta, 'console-overtaken');
        await shut(berta);
        await shut(carla);
    },

    async 'a claim lives as long as somebody works'() {
        const { number } = await server.apply();
        const visit = await enter('berta');
        const { page } = visit;
        let renewals = 0;
        const left = async () => Number(await server.sql(`select round(
            extract(epoch from claimed_until - now()))
            from registration.application where number = '${number}'`));

        await page.clock.install();
        await show(page, number);
        page.on('request', (request) => {
            renewals += request.url().endsWith('/claim')
                && request.method() === 'PUT' ? 1 : 0;
        });
        await server.sql(`update registration.application
            set claimed_until = now() + interval '60 s'
            where number = '${number}'`);
        await page.clock.runFor(300_000);
        is(renewals, 0, 'nobody is there: nothing is renewed');

        const renewed = page.waitForResponse((response) => (
            response.url().endsWith('/claim') && response.ok()));

        await page.mouse.move(200, 200);
        await page.mouse.move(300, 300);
        await page.clock.runFor(10_000);
        await renewed;
        ok(await left() > 590, 'who works renews it');
        await page.clock.resume();
        await page.keyboard.press('u');
        await page.waitForSelector('.queue');
        is(await server.sql(`select coalesce(claimed_by, 'nobody')
            from registration.application where number = '${number}'`),
           'nobody', 'who leaves without a mark lets it go');
        await shut(visit);
    },

    async 'a decision that comes too late'() {
        const { number } = await server.apply();
        const visit = await enter('berta', { expect: [
            '401 GET /admin/api/session', /^409 POST /] });
        const { page } = visit;

        await show(page, number);
        await seeAll(page);
        await server.sql(`update registration.application
            set claimed_until = now() where number = '${number}'`);
        await server.decide(number, 1, 'return', '请更正', { mobile: '有误' });

        await page.keyboard.press('a');
        await page.getByRole('button', { name: '确认通过' }).click();
        await page.waitForFunction(() => /decider已于.*待补正/s.test(
            document.querySelector('.application').innerText));
        is(await state(number), 'returned 2', 'the first one stands');
        await shut(visit);
    },

    async 'the session ends amid the work'() {
        const { number } = await server.apply();
        const visit = await enter('berta', { expect: [/^401 /] });
        const { page } = visit;

        await show(page, number);
        await page.getByRole('button', { name: '标记“邮政编码”需要补正' })
            .click();
        await page.getByLabel('邮政编码的补正理由', { exact: true })
            .fill('邮编与地址不符');
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('t');
        await page.getByLabel('补正理由（总体）', { exact: true })
            .fill('请核对邮编');
        await visit.context.clearCookies();
        await page.keyboard.press('Control+Enter');
        await page.waitForSelector('dialog:has-text("登录已过期")');
        await look(visit, 'console-lapsed', { full: false });
        await page.getByLabel('密码', { exact: true })
            .fill(people.berta.password);
        await page.keyboard.press('Enter');
        await page.waitForSelector('.toast');
        is(await state(number), 'returned 2',
           'signing in again goes on where it ended');
        is(await server.sql(`select array_to_string(open_fields, ' ')
            from registration.application where number = '${number}'`),
           'postcode', 'with all that was written');
        await shut(visit);
    },

    async 'the connection is lost'() {
        const { number } = await server.apply();
        const visit = await enter('berta', {
            expect: ['401 GET /admin/api/session', /^none /] });
        const { page } = visit;

        await show(page, number);
        await seeAll(page);
        await page.route('**/decisions', async (route) => {
            await route.fetch();
            await route.abort();
        });
        await page.keyboard.press('a');
        await page.keyboard.press('Enter');
        await page.waitForSelector('.toast');
        is(await state(number), 'approved 2',
           'an answer that was lost is looked up, not guessed');
        await shut(visit);
    },

    async 'what was read beside what was typed'() {
        const { number, values } = await server.apply();
        const visit = await enter('berta');
        const { page } = visit;

        // as the recognizer would have read it
        await page.route(`**/registrations/${number}`, async (route) => {
            const response = await route.fetch();
            const json = await response.json();
            const [portrait, emblem] = ['id_card_portrait', 'id_card_emblem']
                .map((kind) => json.documents.find((one) => (
                    one.kind === kind)));

            portrait.recognition = { state: 'done', warnings: [
                { code: 'glare', message: '图片有反光，请核对号码' }],
                fields: {
                    name: { value: `${values.name}丰`, confidence: 0.71,
                            vouched: false },
                    id_number: { value: values.id_number, confidence: 0.99,
                                 vouched: true },
                    sex: { value: 'F', confidence: 0.9, vouched: true },
                    address: { value: '样本市样本路1号', confidence: 0.9,
                               vouched: true },
                },
                compared: [
                    { field: 'name', result: 'different' },
                    { field: 'id_number', result: 'same' },
                    { field: 'address', result: 'different' },
                ] };
            emblem.recognition = { state: 'done', warnings: [],
                fields: {
                    long_term: { value: true, confidence: 1, vouched: true },
                },
                compared: [
                    { field: 'valid_from', result: 'not_read' },
                    { field: 'valid_until', result: 'not_read' },
                    { field: 'long_term', result: 'different' },
                ] };
            json.checks.card = [
                { check: 'number_sex', result: 'different',
                  message: '证件号码与性别不符' },
                { check: 'number_birth', result: 'same', message: '一致' }];
            await route.fulfill({ response, json });
        });
        await show(page, number);

        const name = page.locator('[data-field=name]');

        like(await name.innerText(), /仅供参考/, 'a guess is called one');
        is(await texts(name.locator('mark')), ['丰'], 'where it differs');
        like(await page.innerText('[data-field=id_number]'), /识别结果一致/,
             'what agrees');
        like(await page.innerText('.checks'),
             /不一致：.*姓名.*号码与性别不符.*反光/s, 'the checks say it, too');
        ok(!/地址/.test(await page.innerText('.checks')),
           'where somebody is registered need not be where mail goes');
        like(await page.innerText('[data-field=valid_until]'), /长期/,
             'a term without end is a reading of the end');
        like(await page.innerText('[data-field=valid_from]'), /没有识别到/,
             'what was not found is told');
        like(await page.innerText('.side-facts'), /性别\s*女/,
             'what else the document says');
        await look(visit, 'console-recognised');
        await shut(visit);
    },

    async 'what the checks find'() {
        const first = await server.apply();
        const { number } = await server.apply({
            id_number: first.values.id_number });
        const visit = await enter('berta');
        const { page } = visit;

        await show(page, number);
        like(await page.innerText('.checks'), new RegExp(first.number),
             'the same document in another application');
        await page.keyboard.press('a');
        like(await page.innerText('dialog'), /相同的证件号码/,
             'which the approval mentions');
        await page.keyboard.press('Escape');

        const [check, off] = await Promise.all(['.check', '.muted'].map((one) => (
            page.locator(`.checks > ${one}`).last().boundingBox())));

        ok(off.y - check.y - check.height >= 6,
           'that nothing was recognised stands apart from it');
        await page.getByRole('link', { name: first.number }).click();
        await opened(page, first.number);
        await shut(visit);
    },

    async 'what is not there'() {
        const visit = await enter('berta', { expect: [
            '401 GET /admin/api/session', /^404 GET /] });
        const { page } = visit;

        await page.goto('/admin/#/202601010000000');
        await page.waitForSelector('.note-error');
        like(await page.innerText('.note-error'), /没有这件申请/,
             'a number that is none');
        await look(visit, 'console-no-application');
        await page.getByRole('link', { name: '返回列表' }).click();
        await page.waitForSelector('.queue');

        const { number } = await server.apply();

        await page.route('**/admin/api/documents/*', (route) => (
            route.fulfill({ status: 404, body: '{}' })));
        await page.goto(`/admin/#/${number}`);
        await page.waitForSelector('.stage-told');
        await page.waitForFunction(() => /已不存在/.test(
            document.querySelector('.stage-told').innerText));
        await page.unroute('**/admin/api/documents/*');
        await page.locator('.picture-tab').nth(1).click();
        await page.waitForSelector('.pane img.ready');
        ok(true, 'a picture that is gone hides no other');
        await shut(visit);
    },

    async 'the servers are busy'() {
        const visit = await enter('berta', { expect: [
            '401 GET /admin/api/session', /^503 /] });
        const { page } = visit;
        const { number } = await server.apply();

        await show(page, number);
        await seeAll(page);
        await page.route('**/decisions', (route) => route.fulfill({
            status: 503, headers: { 'Retry-After': '30' },
            contentType: 'application/problem+json',
            body: '{"title":"服务暂时不可用，请稍后再试","status":503}' }));
        await page.keyboard.press('x');
        await page.getByLabel('不予通过的理由', { exact: true }).fill('伪造');
        await page.keyboard.press('Control+Enter');
        await page.waitForSelector('dialog .note-error');
        like(await page.innerText('dialog .note-error'), /不可用，请在30秒后重试/,
             'when to try again is told, once');
        is(await page.getByLabel('不予通过的理由', { exact: true })
            .inputValue(), '伪造', 'and what was written stays');
        await look(visit, 'console-busy', { full: false });
        await page.unroute('**/decisions');
        await page.keyboard.press('Control+Enter');
        await page.waitForSelector('.toast');
        is(await state(number), 'rejected 2', 'then it goes through');
        await shut(visit);
    },

    async 'the audit, and the export'() {
        const visit = await enter('berta', {
            expect: ['401 GET /admin/api/session'] });
        const { page } = visit;
        const { number } = people.all[3];

        // a mail server says no to one of the mails
        await server.sql(`with unsent as (
            update registration.outbox o
               set sent_at = null, next_try = now() + interval '1 day'
              from registration.application a
             where a.id = o.application_id and a.number = '${number}'
            returning o.id)
            select count(*) from unsent`);
        await server.sql(`select registration.outbox_given_up(min(o.id), 550)
            from registration.outbox o
            join registration.application a on a.id = o.application_id
           where a.number = '${number}'`);

        await page.getByRole('link', { name: '操作记录' }).click();
        await page.waitForSelector('.audit-rows');
        ok((await texts(page.locator('.audit-rows tbody td:nth-child(2)')))
            .every((name) => name === 'berta'), 'one\'s own');
        is(await page.getByLabel('审核人员').count(), 0, 'and nobody else\'s');
        await look(visit, 'console-audit', { full: false });
        await page.getByLabel('申请编号').fill('12');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#audit-wrong');
        await page.getByLabel('申请编号').fill(number);
        await page.keyboard.press('Enter');
        await page.waitForSelector('td:has-text("接管")');
        like((await texts(page.locator('.audit-rows tbody'))).join(),
             /carla.*接管.*原由berta审核/s, 'all of one application');
        like((await texts(page.locator('.audit-rows tbody'))).join(),
             /系统.*邮件未能送达.*答复：550/s, 'and a mail that came back');
        await look(visit, 'console-audit-application', { full: false });

        await page.getByRole('link', { name: '申请列表' }).click();
        await page.waitForSelector('.queue');

        const [file] = await Promise.all([
            page.waitForEvent('download'),
            page.getByRole('button', { name: '导出CSV' }).click(),
        ]);
        const csv = readFileSync(await file.path(), 'utf8');

        like(csv, /^\uFEFFnumber,status,name,/, 'an export');
        like(file.suggestedFilename(), /^registrations-.*\.csv$/, 'a file');
        await page.waitForSelector('text=已导出');
        await look(visit, 'console-exported');
        await shut(visit);

        const boss = await open({ expect: [
            '401 GET /admin/api/session', '401 POST /admin/api/sessions'] });

        await boss.page.goto('/admin/#/audit');
        await sign(boss.page, people.anna);
        await boss.page.getByLabel('动态验证码').fill(
            await server.totp(people.anna.secret, 1));
        await boss.page.keyboard.press('Enter');
        await boss.page.waitForSelector('.audit-rows');
        await boss.page.getByLabel('审核人员').fill('carla');
        await boss.page.keyboard.press('Enter');
        await boss.page.waitForFunction(() => [...document.querySelectorAll(
            '.audit-rows tbody td:nth-child(2)')]
            .every((cell) => cell.innerText === 'carla'));
        ok(true, 'a supervisor sees what others did');
        await look(boss, 'console-audit-supervisor', { full: false });
        await shut(boss);
    },

    async 'in English, in large print'() {
        const visit = await enter('berta');
        const { page } = visit;

        await page.getByRole('button', { name: 'English' }).click();
        await page.waitForSelector('h1:has-text("Applications")');
        await page.getByRole('button', { name: 'Large print' }).click();

        await look(visit, 'console-english-large');
        await page.locator('.row-number').first().click();
        await page.waitForSelector('.pane img.ready');
        await look(visit, 'console-english-large-application');
        await page.keyboard.press('?');
        await page.waitForSelector('dialog[open]');
        is(await page.evaluate(() => (document.body.innerText
            .match(/\b(?:console|common)\.[a-z_.]+/g) ?? [])), [],
           'every text is there');
        await shut(visit);
    },

    async 'a reviewer whom nginx names'() {
        const name = await server.external('CN=Zhao Liu');
        const visit = await open({ extraHTTPHeaders: { 'X-Name': name } });
        const { page } = visit;

        await page.goto('/named/');
        await page.waitForSelector('.queue');
        like(await page.innerText('.console-who'), /Zhao Liu/,
             'is in without a sign-in');
        is(await page.getByRole('button', { name: '退出登录' }).count(), 0,
           'and has nothing to sign out of');
        await shut(visit);

        const other = await open({ extraHTTPHeaders: { 'X-Name': 'CN=No One' },
                                   expect: ['403 GET /named/api/session'] });

        await other.page.goto('/named/');
        await other.page.waitForSelector('.note-error');
        like(await other.page.innerText('main'), /尚未开通审核权限/,
             'another is told what to do');
        await look(other, 'console-refused');
        await shut(other);
    },
}, closeAll);

