// The registration wizard as people use it: at a telephone and at a desk, with
// wrong files, a lost connection and a reload at every step.

import { readFileSync, statSync } from 'node:fs';

import {
    closeAll, counting, hasFocus, look, open, shoot, shut,
} from './lib/browser.mjs';
import { file, specimen } from './lib/pictures.mjs';
import { is, like, note, ok, play, server } from './lib/play.mjs';

// issue 5: what a registration with three pictures may cost a person
const INTERACTIONS = 45;

const CARD = ['id_card_portrait', 'id_card_emblem', 'id_card_handheld'];


function control(field) {
    return `#f-${field.replace('.', '-')}`;
}


async function step(page, name) {
    await page.locator('.step-heading', { hasText: name }).waitFor();
}


async function next(user) {
    await user.click('.wizard-buttons .button-primary');
}


// Step 1, as a person of that type does it.

async function account(user, values) {
    await user.check(`[name=f-residence][value=${values.residence}]`);
    await user.check(`[name=f-applicant_type][value=${values.applicant_type}]`);

    if (values.applicant_type === 'non_enterprise') {
        await user.choose(control('document_type'), values.document_type);
    }

    await user.fill(control('username'), values.username);
    await user.fill(control('password'), values.password);
    await user.fill(control('password_again'), values.password);
}


async function pictures(page, user, kinds) {
    for (const kind of kinds) {
        const { path } = specimen(kind);

        await user.give(control(`documents.${kind}`), path);
    }

    for (const kind of kinds) {
        await uploaded(page, kind);
    }
}


async function uploaded(page, kind, timeout = 15_000) {
    await page.locator(`${control(`documents.${kind}`)}-field.field-valid `
                       + '.upload-there').waitFor({ timeout });
}


// A file let fall on the place of a kind.

async function drop(page, kind, path) {
    const data = await page.evaluateHandle((base64) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const transfer = new DataTransfer();

        transfer.items.add(new File([bytes], 'dropped.jpg',
                                    { type: 'image/jpeg' }));
        return transfer;
    }, readFileSync(path).toString('base64'));
    const place = `${control(`documents.${kind}`)}-field .upload-place`;

    await page.dispatchEvent(place, 'dragover', { dataTransfer: data });
    await page.dispatchEvent(place, 'drop', { dataTransfer: data });
}


async function errorOf(page, field) {
    const error = page.locator(`${control(field)}-error`);
    const place = page.locator(`${control(field)}-field`);

    await place.locator('.upload-going').waitFor({ state: 'detached' });
    await error.waitFor();
    return error.textContent();
}


async function documents(page) {
    const draft = await (await page.request.get('/api/draft')).json();

    return Object.fromEntries(draft.documents.map((one) => [one.kind, one]));
}


// How many bytes the next upload has.

async function sentBy(page, action) {
    const request = page.waitForRequest((one) => (
        one.method() === 'POST' && one.url().endsWith('/api/documents')));

    await action();
    return (await (await request).sizes()).requestBodySize;
}


async function pngFrom(page) {
    const base64 = await page.evaluate(() => {
        const canvas = document.createElement('canvas');

        canvas.width = 900;
        canvas.height = 700;

        const context = canvas.getContext('2d');

        context.fillStyle = '#8aa';
        context.fillRect(0, 0, 900, 700);
        context.fillStyle = '#000';
        context.font = '60px sans-serif';
        context.fillText('SPECIMEN 样本', 100, 300);

        return canvas.toDataURL('image/png').split(',')[1];
    });

    return Buffer.from(base64, 'base64');
}



async function saved(page, wanted = true) {
    if (wanted) {
        await page.locator('.saved', { hasText: '已自动保存' }).waitFor();
    }

    await page.waitForLoadState('networkidle');
}


async function toDocuments(page, user) {
    await page.goto('/register/');
    await account(user, await server.person());
    await next(user);
    await step(page, '证件上传');
}


async function toConfirm(page, user, values) {
    await page.goto('/register/');
    await account(user, values);
    await next(user);
    await step(page, '证件上传');
    await pictures(page, user, CARD);
    await identity(user, values);
    await next(user);
    await step(page, '联系信息');
    await contact(page, user, values);
    await next(user);
    await step(page, '确认提交');
}


async function announced(page, text) {
    await page.locator('[role=status][aria-live]', { hasText: text })
        .waitFor({ state: 'attached' });
    ok(true, `"${text}" is announced`);
}


// What a browser tells a page when its tab is opened again.

async function shownAgain(page) {
    await page.evaluate(() => document.dispatchEvent(
        new Event('visibilitychange', { bubbles: true })));
}


async function number(page) {
    return page.locator('dialog .submitted-number').textContent();
}


async function submitted(page, user) {
    await user.click('.wizard-buttons .button-primary');
    await page.locator('dialog .submitted-number').waitFor();
    like(await number(page), /^\d{15}$/, 'the application has a number');
}


// On paper: the number and the values, no buttons, no pictures.

async function printed(visit, values) {
    const { page } = visit;

    await page.emulateMedia({ media: 'print' });
    await shoot(visit, 'register-print');

    for (const text of [values.name, values.id_number, values.mobile]) {
        ok(await page.getByText(text, { exact: true }).first().isVisible(),
           'a value is printed');
    }

    ok(await page.locator('.submitted-number').isVisible(),
       'and the number');
    is(await page.locator('button, img, header').evaluateAll((all) => (
        all.filter((one) => one.checkVisibility()).length)), 0,
       'and nothing that paper cannot use');
    await page.emulateMedia({ media: 'screen' });
}


async function identity(user, values) {
    await user.fill(control('name'), values.name);
    await user.fill(control('id_number'), values.id_number);
    await user.fill(control('valid_from'), values.valid_from);

    if (values.long_term) {
        await user.click('.switch');
    } else {
        await user.fill(`${control('valid_from')}-until`, values.valid_until);
    }

    await user.choose(`${control('region')}-1`,
                      `${values.region.slice(0, 4)}00`);
    await user.choose(`${control('region')}-2`, values.region);
}


async function contact(page, user, values) {
    await user.fill(control('address'), values.address);
    await user.fill(control('postcode'), values.postcode);
    await user.fill(control('contact_name'), values.contact_name);
    await user.fill(control('mobile'), values.mobile);
    await user.fill(control('email'), values.email);
    await user.click('.code-button');
    await page.locator('.code-note').waitFor();
    await user.fill(control('email_code'), await server.code(values.email));
    await user.choose(control('industry'), 'education');
    await user.choose(`${control('office')}-office`, 'zhengzhou-2');
}


async function promise(page, user) {
    await user.click(control('notice_version'));

    const agree = page.locator('dialog .button-primary');

    for (let i = 0; i < 20 && await agree.textContent() !== '我承诺'; i += 1) {
        await user.click('dialog .button-primary');
        await page.waitForTimeout(100);
    }

    await user.click('dialog .button-primary');
}


async function signInSays(page, values, pattern, name) {
    const answer = await page.request.post('/api/sessions', {
        data: { account: values.email, password: values.password },
    });

    like(JSON.stringify(await answer.json()), pattern, name);
}


await play({
    async 'a natural person, by telephone'() {
        const visit = await open({ size: 'phone',
            expect: [/^none \/api\/draft$/] });
        const { page } = visit;
        const user = counting(page);
        const values = await server.person();
        const began = Date.now();

        await page.goto('/');
        await page.goto('/register/');
        user.count.value = 2;
        await step(page, '用户基本信息');
        await look(visit, 'register-1-empty');

        await account(user, values);
        await page.locator('#f-password_again-field.field-valid').waitFor();
        await look(visit, 'register-1');
        await next(user);

        await step(page, '证件上传');
        await look(visit, 'register-2-empty');
        ok(await page.locator('.upload-camera').first().isVisible(),
           'a telephone offers its camera');
        await pictures(page, user, CARD);
        await identity(user, values);
        await page.locator('#f-region-field.field-valid').waitFor();
        await look(visit, 'register-2');
        await next(user);

        await step(page, '联系信息');
        is(await page.locator(control('contact_name')).inputValue(),
           values.name, 'a person is proposed as their own contact');
        await contact(page, user, values);
        ok((await page.locator(`${control('office')}-office`).boundingBox())
            .width > 300, 'the name of an office is shown to its end');
        await look(visit, 'register-3');
        await next(user);

        await step(page, '确认提交');
        await look(visit, 'register-4');
        await promise(page, user);
        await page.locator('.promise-made').waitFor();
        await look(visit, 'register-4-promised');
        await submitted(page, user);
        await look(visit, 'register-done-dialog', { full: false });
        ok(user.count.value <= INTERACTIONS,
           `${user.count.value} interactions of ${INTERACTIONS}`);
        note(`${user.count.value} interactions, ${Date.now() - began} ms`);

        await page.getByText('留在此页').click();
        await look(visit, 'register-done');
        ok((await page.locator('main .submitted-number').boundingBox())
            .height < 40, 'the number stands on one line');
        await signInSays(page, values, /"pending"/, 'it waits for review');

        await page.route('**/api/draft', (route) => (
            route.abort('connectionreset')), { times: 1 });
        await page.getByText('注册另一个用户').click();
        like(await page.locator('main [role=alert]').textContent(),
             /网络连接中断/, 'why another cannot be registered now');
        await page.getByText('注册另一个用户').click();
        await step(page, '用户基本信息');
        await shut(visit);
    },


    async 'an organisation, at a desk'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const user = counting(page);
        const values = await server.organisation();

        await page.goto('/register/');
        await account(user, values);
        is(await page.locator(control('document_type')).inputValue(),
           'business_licence', 'its only document is chosen');
        await look(visit, 'register-1-organisation');
        await next(user);

        await step(page, '证件上传');
        like(await page.locator(`${control('documents.licence')}-field`)
            .textContent(), /企业营业执照上传/, 'the licence by its name');
        await drop(page, 'licence', specimen('licence').path);
        await uploaded(page, 'licence');
        await identity(user, values);
        ok(await page.locator(`${control('valid_from')}-until`).isDisabled(),
           'a licence without an end has no last day');
        await look(visit, 'register-2-organisation');
        await next(user);

        await step(page, '联系信息');
        is(await page.locator(control('contact_name')).inputValue(), '',
           'an organisation is nobody\'s contact');
        await contact(page, user, values);
        await next(user);

        await step(page, '确认提交');
        like(await page.locator('form').textContent(), /长期有效/,
             'what was switched is said');
        await look(visit, 'register-4-organisation');
        await promise(page, user);
        await submitted(page, user);
        await page.getByText('留在此页').click();
        await printed(visit, values);
        await signInSays(page, values, /"pending"/, 'it waits for review');

        await page.reload();
        await page.locator('.submitted-number').waitFor();
        ok(await page.locator('dialog').count() === 0,
           'a reload shows the number again, and no dialog');
        await page.getByText('返回登录页面').click();
        await page.waitForURL('**/');
        await shut(visit);
    },

    async 'what is wrong is told, and found'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const user = counting(page);

        await page.goto('/register/');
        await step(page, '用户基本信息');
        is(await page.locator('.field-mark').count(), 0,
           'nothing is marked before anything was entered');

        await next(user);
        await page.locator('.summary').waitFor();
        await hasFocus(page, '.summary', 'the summary has the focus');
        is(await page.locator('.summary li').count(), 6,
           'it lists every field that is missing');
        await look(visit, 'register-1-errors');

        const told = () => page.locator('form').textContent();

        await page.getByText('English').click();
        await page.locator('#f-username-error', { hasText: 'required' })
            .waitFor();
        ok(!/[\u4e00-\u9fff]/.test(await told()),
           'errors change their language with the page');
        await page.getByText('中文').click();
        await page.locator('#f-username-error', { hasText: '必填' }).waitFor();

        await page.locator('.summary a', { hasText: '用户名' }).click();
        await hasFocus(page, '#f-username', 'a link leads to its field');

        // while it is typed nothing is wrong yet; left, it is

        await page.keyboard.type('ab');
        await page.waitForTimeout(1600);
        is(await page.locator('#f-username-field.field-invalid').count(), 0,
           'no error under the fingers, not after a pause either');
        await page.keyboard.press('Tab');
        await page.locator('#f-username-field.field-invalid').waitFor();
        like(await page.locator('#f-username-error').textContent(),
             /至少4个字符/, 'an error that says what to do');
        is(await page.locator('#f-username').getAttribute('aria-invalid'),
           'true', 'which assistive technology is told, too');

        await user.fill(control('username'), 'abcd-' + Date.now());
        await page.locator('#f-username-field.field-valid').waitFor();
        ok(true, 'corrected, it passes after a pause, before it is left');
        is(await page.locator('.summary li').count(), 5,
           'what is corrected leaves the summary');
        await announced(page, '有5项需要修改');
        await hasFocus(page, '#f-username', 'and nobody\'s focus is taken');

        const taken = (await server.register()).values.username;

        await user.fill(control('username'), taken);
        await page.keyboard.press('Tab');
        await page.locator('#f-username-error', { hasText: '已被使用' })
            .waitFor();
        ok(true, 'a name that is taken');

        await user.fill(control('password'), 'password1');
        await user.fill(control('password_again'), 'password2');
        await page.keyboard.press('Tab');
        await page.locator('#f-password-error').waitFor();
        await page.locator('#f-password_again-error', { hasText: '不一致' })
            .waitFor();
        ok(true, 'a weak password, and another beside it');
        is(await page.locator('.summary li').count(), 6,
           'what is wrong again is back in the summary');

        await account(user, await server.person());
        await page.locator('.summary').waitFor({ state: 'detached' });
        await announced(page, '已全部更正');
        await hasFocus(page, '#f-password_again',
                       'the summary goes with its last, the focus stays');
        await shut(visit);
    },

    async 'an input method composes'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const cdp = await visit.context.newCDPSession(page);
        const sent = [];

        page.on('request', (request) => {
            if (request.method() === 'PUT') {
                sent.push(request.postData());
            }
        });

        await page.goto('/register/');
        await page.locator(control('username')).focus();
        await cdp.send('Input.imeSetComposition', {
            text: 'y', selectionStart: 1, selectionEnd: 1 });
        await page.waitForTimeout(1600);
        await cdp.send('Input.imeSetComposition', {
            text: 'yang ben', selectionStart: 8, selectionEnd: 8 });
        await page.waitForTimeout(1600);
        is(sent, [], 'nothing is judged while it composes');
        is(await page.locator('.field-mark').count(), 0, 'nor marked');

        await cdp.send('Input.insertText', { text: '样本用户甲' });
        await page.locator('#f-username-field.field-valid').waitFor();
        like(sent.join('\n'), /样本用户甲/, 'what was composed is judged');
        ok(!/yang/.test(sent.join('\n')), 'and not what it was composed of');
        await shut(visit);
    },

    async 'wrong files'() {
        const visit = await open({
            size: 'phone', expect: ['422 POST /api/documents'] });
        const { page } = visit;
        const user = counting(page);

        await toDocuments(page, user);

        const portrait = specimen('id_card_portrait');
        const whole = readFileSync(portrait.path);

        for (const [name, bytes, pattern] of [
            ['a text', file('letter.jpg', 'Dear Sir or Madam'), /不是图片/],
            ['a PDF', file('card.pdf', '%PDF-1.7\n%âãÏÓ'), /不是图片/],
            ['nothing', file('empty.jpg', ''), /文件是空的/],
            ['HEIC that this browser does not know',
             file('IMG_0001.HEIC', '\0\0\0\x18ftypheic\0\0\0\0'), /HEIC/],
            ['half a picture', file('half.jpg', whole.subarray(0,
                whole.length >> 1)), /不完整|损坏/],
            ['a stamp', specimen('id_card_portrait', { size: '320x200' }).path,
             /过小/],
        ]) {
            await user.give(control('documents.id_card_portrait'), bytes);
            like(await errorOf(page, 'documents.id_card_portrait'), pattern,
                 `${name}: what is wrong with it`);
        }

        await look(visit, 'register-2-wrong-file');

        await user.give(control('documents.id_card_portrait'), portrait.path);
        await uploaded(page, 'id_card_portrait');
        await user.give(control('documents.id_card_emblem'), portrait.path);
        like(await errorOf(page, 'documents.id_card_emblem'),
             /同一张图片/, 'the same picture twice');

        await next(user);
        like(await page.locator('.summary').textContent(),
             /证件手持照：请上传图片/, 'the summary names what is missing');
        await shut(visit);
    },

    async 'pictures that the browser makes fit'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const user = counting(page);

        await toDocuments(page, user);

        const large = specimen('id_card_portrait', {
            size: '6000x4500', quality: 100 }).path;

        ok(statSync(large).size > 5 * 1024 * 1024, 'a picture over 5 MiB');

        const sent = await sentBy(page, async () => {
            await user.give(control('documents.id_card_portrait'), large);
            await uploaded(page, 'id_card_portrait', 60_000);
        });

        ok(sent < 5 * 1024 * 1024 + 2048, `goes up with ${sent} bytes`);

        await user.give(control('documents.id_card_emblem'),
                        specimen('id_card_emblem', {
                            size: '1600x1200', orientation: 6 }).path);
        await uploaded(page, 'id_card_emblem');

        const upright = (await documents(page)).id_card_emblem;

        is([upright.width, upright.height], [1600, 1200],
           'a sideways picture is upright');

        await user.give(control('documents.id_card_handheld'),
                        file('screen.png', await pngFrom(page)));
        await uploaded(page, 'id_card_handheld');
        is((await documents(page)).id_card_handheld.filename, 'screen.jpg',
           'a PNG has become a JPEG');

        // looked at, and turned by hand

        await page.locator(`${control('documents.id_card_emblem')}-field `
                           + '.upload-thumb').first().click();
        await page.locator('dialog img').waitFor();
        await page.keyboard.press('+');
        await look(visit, 'register-2-viewer', { full: false });
        await page.locator('dialog').getByText('旋转').click();
        await page.waitForResponse((answer) => answer.status() === 201);
        await uploaded(page, 'id_card_emblem');

        const turned = (await documents(page)).id_card_emblem;

        is([turned.width, turned.height], [1200, 1600], 'turned by hand');
        await shut(visit);
    },

    async 'the connection is lost in the middle of an upload'() {
        const visit = await open({ size: 'phone', expect: [
            /^none \/api\/documents/, /^none \/api\/draft$/] });
        const { page } = visit;
        const user = counting(page);
        const cdp = await visit.context.newCDPSession(page);
        const slow = (offline) => cdp.send('Network.emulateNetworkConditions', {
            offline, latency: 0, downloadThroughput: -1,
            uploadThroughput: offline ? 0 : 20 * 1024 });

        await toDocuments(page, user);
        await cdp.send('Network.enable');
        await slow(false);

        const place = page.locator(
            `${control('documents.id_card_portrait')}-field`);

        await user.give(control('documents.id_card_portrait'),
                        specimen('id_card_portrait').path);
        await place.getByText(/正在上传 [1-9]/).waitFor();
        await look(visit, 'register-2-sending');
        await slow(true);
        await place.getByText('网络连接中断').waitFor();
        ok(true, 'it is told');
        await look(visit, 'register-2-lost');
        await cdp.send('Network.emulateNetworkConditions', { offline: false,
            latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
        await uploaded(page, 'id_card_portrait', 30_000);
        ok(true, 'it goes up by itself once the connection is back');

        // cancelled: nothing is there, nothing is wrong

        await slow(false);
        await user.give(control('documents.id_card_emblem'),
                        specimen('id_card_emblem').path);

        const other = page.locator(
            `${control('documents.id_card_emblem')}-field`);

        await other.getByText(/正在上传 [1-9]/).waitFor();
        await other.getByText('取消上传').click();
        await other.locator('.upload-empty').waitFor();
        is(Object.keys(await documents(page)), ['id_card_portrait'],
           'a cancelled upload leaves nothing');

        // a value typed without a connection is kept and saved later

        await slow(true);
        await user.fill(control('name'), '样本用户乙');
        await page.keyboard.press('Tab');
        await page.locator('.saved-lost').waitFor();
        await cdp.send('Network.emulateNetworkConditions', { offline: false,
            latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
        await page.locator('#f-name-field.field-valid').waitFor();
        await page.reload();
        await step(page, '证件上传');
        is(await page.locator(control('name')).inputValue(), '样本用户乙',
           'what was typed without a connection is there after a reload');
        await shut(visit);
    },

    async 'the service is busy'() {
        const visit = await open({ size: 'phone', expect: [
            /^503 PUT \/api\/draft$/, /^none \/api\/draft$/] });
        const { page } = visit;
        const user = counting(page);
        const told = page.locator('form .note-error');

        await page.goto('/register/');
        await account(user, await server.person());
        await saved(page);
        await page.route('**/api/draft', (route) => route.fulfill({
            status: 503, headers: { 'Retry-After': '30' },
            contentType: 'application/problem+json',
            body: '{"title":"服务暂时不可用，请稍后再试","status":503}' }));
        await next(user);
        await told.waitFor();
        is((await told.textContent()).trim(),
           '服务暂时不可用，请在30秒后重试。', 'that, and not the network');
        like(await page.locator('.saved-lost').textContent(),
             /^\s*草稿暂时无法保存/, 'nor does the draft blame it');
        await page.unroute('**/api/draft');
        await next(user);
        await step(page, '证件上传');
        ok(true, 'then it goes on');
        await shut(visit);
    },

    async 'a reload at every step'() {
        const visit = await open({ size: 'phone' });
        const { page } = visit;
        const user = counting(page);
        const values = await server.person();

        await page.goto('/register/');
        await account(user, values);
        await saved(page);
        await page.reload();
        await step(page, '用户基本信息');
        is(await page.locator(control('username')).inputValue(),
           values.username, 'step 1: the name');
        is(await page.locator(control('password')).inputValue(), '',
           'not the password');
        like(await page.locator('form').textContent(),
             /密码不会保存在草稿中/, 'with the reason');
        await look(visit, 'register-1-restored');
        await user.fill(control('password'), values.password);
        await user.fill(control('password_again'), values.password);
        await next(user);

        await step(page, '证件上传');
        await pictures(page, user, CARD);
        await identity(user, values);
        await saved(page);
        await page.reload();
        await step(page, '证件上传');
        await page.locator('#f-region-field.field-valid').waitFor();
        is(await page.locator('.upload-there').count(), 3,
           'step 2: the pictures');
        is(await page.locator(`${control('region')}-2`).inputValue(),
           values.region, 'the region, to its last level');
        await next(user);

        await step(page, '联系信息');
        await contact(page, user, values);
        await saved(page);
        await page.reload();
        await step(page, '联系信息');
        like(await page.locator('.code-button').textContent(),
             /\d+秒后可重新获取/, 'step 3: the countdown goes on');
        is(await page.locator(`${control('office')}-office`).inputValue(),
           'zhengzhou-2', 'the office');
        await user.fill(control('email_code'),
                        await server.code(values.email));
        await next(user);

        await step(page, '确认提交');
        await promise(page, user);
        await page.reload();
        await step(page, '确认提交');
        await page.locator('.promise-made').waitFor();
        ok(true, 'step 4: the promise');
        await look(visit, 'register-4-restored');

        await user.click('.wizard-buttons .button-primary');
        await page.locator('.summary').waitFor();
        is(await page.locator('.summary li').count(), 3,
           'password and code are asked for again');
        await user.fill(control('password'), values.password);
        await user.fill(control('password_again'), values.password);
        await user.fill(control('email_code'),
                        await server.code(values.email));
        await submitted(page, user);
        await shut(visit);
    },

    async 'an answer that is lost, and refusals at the end'() {
        const visit = await open({ size: 'desktop', expect: [
            'none /api/registrations', '422 POST /api/registrations'] });
        const { page } = visit;
        const user = counting(page);
        const values = await server.person();
        const applications = 'SELECT count(*) FROM registration.application';
        const before = Number(await server.sql(applications));
        let lost = false;

        await toConfirm(page, user, values);
        await promise(page, user);

        // a wrong code: told where it can be put right

        await user.click('.step-done:nth-child(3) .step');
        await step(page, '联系信息');

        const code = await server.code(values.email);

        await user.fill(control('email_code'),
                        String((Number(code) + 1) % 1e6).padStart(6, '0'));
        await next(user);
        await step(page, '确认提交');
        await user.click('.wizard-buttons .button-primary');
        await page.locator('.summary').waitFor();
        await page.locator('.summary a', { hasText: '验证码' }).click();
        await hasFocus(page, '#f-email_code', 'the code, to be entered here');
        await user.fill(control('email_code'), code);

        await page.route('**/api/registrations', async (route) => {
            if (lost) {
                await route.continue();
            } else {
                const cookies = await visit.context.cookies();

                // the answer, with its cookie, never arrives
                lost = true;
                await route.fetch();
                await visit.context.addCookies(cookies);
                await route.abort('connectionreset');
            }
        });
        await user.click('.wizard-buttons .button-primary');
        await page.locator('form .note-error').waitFor();
        like(await page.locator('form .note-error').textContent(),
             /网络连接中断/, 'a lost answer is told');
        await submitted(page, user);
        is(Number(await server.sql(applications)), before + 1,
           'and there is one application more');
        await shut(visit);
    },

    async 'a draft that expires while the page is open'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const user = counting(page);
        const values = await server.person();
        let submissions = 0;

        page.on('request', (request) => {
            submissions += request.url().endsWith('/api/registrations') ? 1 : 0;
        });

        await page.goto('/register/');
        await account(user, values);
        await next(user);
        await step(page, '证件上传');
        await pictures(page, user, CARD);
        await identity(user, values);
        await next(user);
        await step(page, '联系信息');
        await user.fill(control('address'), values.address);
        await saved(page);

        await shownAgain(page);
        await page.waitForLoadState('networkidle');
        is(await page.locator('.summary').count(), 0,
           'coming back to a draft that is there');

        await page.request.delete('/api/draft');
        await shownAgain(page);
        await page.locator('.summary li').nth(2).waitFor();
        like(await page.locator('.summary').textContent(),
             /证件手持照：草稿已过期.*重新上传/, 'coming back, the loss is told');
        await hasFocus(page, '.summary', 'where it is seen');
        await look(visit, 'register-3-expired');
        await page.getByText('English').click();
        await page.locator('.summary', { hasText: 'draft had expired' })
            .waitFor();
        await page.getByText('中文').click();
        await page.locator('.summary', { hasText: '草稿已过期' }).waitFor();
        await page.locator('.summary a').first().click();
        await step(page, '证件上传');
        await hasFocus(page, control('documents.id_card_portrait'),
                       'and a link leads to the picture');
        is(await page.locator(control('name')).inputValue(), values.name,
           'what was typed is there');
        await saved(page);

        const draft = await (await page.request.get('/api/draft')).json();

        is([draft.values.name, draft.values.address],
           [values.name, values.address], 'and in a draft again');

        await pictures(page, user, CARD);
        await next(user);
        await step(page, '联系信息');
        await contact(page, user, values);
        await next(user);
        await step(page, '确认提交');
        await promise(page, user);
        await saved(page);

        await page.request.delete('/api/draft');
        await next(user);
        await page.locator('.summary li').nth(2).waitFor();
        is(submissions, 0, 'before a submission it is told, too');
        await page.locator('.summary a').first().click();
        await step(page, '证件上传');
        await pictures(page, user, CARD);
        await next(user);
        await step(page, '联系信息');
        ok(true, 'with new pictures it goes on');
        await shut(visit);
    },

    async 'what was read from a picture'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const user = counting(page);
        const values = await server.person();

        await page.route('**/api/documents/*/recognition*', (route) => (
            route.fulfill({ json: { state: 'done', warnings: [
                { code: 'blurred', message: '图片略有模糊' }], fields: {
                    name: { value: '样本丙', confidence: 0.6, vouched: false },
                    id_number: { value: values.id_number, confidence: 0.99,
                                 vouched: true },
                    valid_from: { value: values.valid_from, confidence: 0.99,
                                  vouched: true },
                    valid_until: { value: values.valid_until, confidence: 0.99,
                                   vouched: true },
                } } })));
        await toDocuments(page, user);
        await user.fill(control('name'), '样本丁');
        await page.keyboard.press('Tab');
        await user.give(control('documents.id_card_portrait'),
                        specimen('id_card_portrait').path);
        await page.locator('#f-id_number-field .read').waitFor();
        is(await page.locator(control('id_number')).inputValue(),
           values.id_number, 'an empty field is filled');
        is(await page.locator(control('name')).inputValue(), '样本丁',
           'what was typed stays');
        like(await page.locator('#f-name-field .read-differs').textContent(),
             /样本丙.*可能不准确/s, 'what was read stands beside it');
        like(await page.locator('form').textContent(), /图片略有模糊/,
             'a warning is shown');
        is(await page.locator('#f-valid_from-field .read:visible').count(), 1,
           'for both ends of a validity, once');
        await look(visit, 'register-2-read');
        await page.getByText('使用图片中的内容').click();
        is(await page.locator(control('name')).inputValue(), '样本丙',
           'and can be chosen');
        await shut(visit);
    },

    async 'places of every shape'() {
        const visit = await open({ size: 'desktop' });
        const { page } = visit;
        const user = counting(page);

        await toDocuments(page, user);
        await user.choose(`${control('region')}-1`, '419001');
        await page.locator('#f-region-field.field-valid').waitFor();
        is(await page.locator('#f-region-field select').count(), 2,
           'a directly administered county ends at the second level');

        await page.locator('.step-done .step').first().click();
        await user.check('[name=f-residence][value=out_of_province]');
        await user.fill(control('password'), 'correct horse battery');
        await user.fill(control('password_again'), 'correct horse battery');
        await next(user);
        await step(page, '证件上传');
        is(await page.locator(`${control('region')} option[value="410000"]`)
            .count(), 0, 'outside the province there is not the province');
        await user.choose(control('region'), '110000');
        await user.choose(`${control('region')}-1`, '110105');
        await page.locator('#f-region-field.field-valid').waitFor();
        is(await page.locator('#f-region-field select').count(), 2,
           'a municipality has two levels');
        await user.choose(control('region'), '810000');
        await page.locator('#f-region-field.field-valid').waitFor();
        is(await page.locator('#f-region-field select').count(), 1,
           'Hong Kong one');
        await shut(visit);
    },

    async 'by keyboard, in English, in large print'() {
        const visit = await open({ size: 'desktop', locale: 'en-GB' });
        const { page } = visit;
        const user = counting(page);
        const values = await server.person();

        await page.goto('/register/');
        await page.locator('.step-heading', { hasText: 'Basic' }).waitFor();
        await page.getByText('Large print').click();
        await look(visit, 'register-1-english-large');
        ok(!/[\u4e00-\u9fff]/.test((await page.locator('main').textContent())
            .replaceAll('中文', '')), 'no Chinese on an English page');

        await page.reload();
        await page.locator('.step-heading').waitFor();
        ok(await page.evaluate(() => (
            document.documentElement.hasAttribute('data-large'))),
           'large print is remembered');

        await page.locator('[name=f-residence]').first().focus();
        await page.keyboard.press('Space');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Space');
        await page.keyboard.press('Tab');
        await hasFocus(page, '#f-document_type', 'the keyboard goes on');
        await page.keyboard.press('Tab');
        await page.keyboard.type(values.username);
        await page.keyboard.press('Tab');
        await page.keyboard.type(values.password);
        await page.keyboard.press('Tab');
        await page.keyboard.press('Tab');
        await page.keyboard.type(values.password);
        await page.keyboard.press('Enter');
        await page.locator('.step-heading', { hasText: 'Documents' }).waitFor();
        ok(true, 'Enter goes to the next step');
        await page.goBack();
        await page.locator('.step-heading', { hasText: 'Basic' }).waitFor();
        ok(true, 'and the browser\'s own way back, back');

        await page.getByRole('button', { name: 'Reset' }).click();
        await look(visit, 'register-reset', { full: false });
        await page.getByRole('button', { name: 'Everything' }).click();
        await page.locator('dialog').waitFor({ state: 'detached' });
        is(await page.locator(control('username')).inputValue(), '',
           'everything is emptied');
        await saved(page, false);
        is(await (await page.request.get('/api/draft')).json(),
           { values: {}, documents: [], step: 1 },
           'at the service, too');
        await shut(visit);
    },
}, closeAll);
