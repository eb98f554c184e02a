// The correction page, by telephone and by desktop.

import { closeAll, hasFocus, look, open, shut } from './lib/browser.mjs';
import { file, specimen } from './lib/pictures.mjs';
import { is, like, ok, play, server } from './lib/play.mjs';

const sizes = ['phone', 'desktop'];


// Signs in an applicant whose application was returned: (field => reason).

async function returned(visit, items, reason = '申请表所填信息与证件保持一致',
                        more = {}) {
    const made = await server.register(more);

    await server.decide(made.number, 1, 'return', reason, items);
    await signIn(visit, made.values);

    return made;
}


async function signIn(visit, { username, password }) {
    const { page } = visit;

    await page.goto('/');
    await page.locator('#account').fill(username);
    await page.locator('#password').fill(password);
    await page.locator('button[type=submit]').click();
    await page.locator('.open-fields').waitFor();
}


const submit = (page) => page.locator('button[type=submit]').click();


async function leftTo(page, id) {
    await page.locator(id).blur();
    await page.waitForResponse((one) => one.url().endsWith('/api/draft'));
}


await play({
    async 'a number and a picture, from the return to the review'() {
        for (const size of sizes) {
            const visit = await open({ size });
            const { page } = visit;
            const why = '手机号码与图片均需更正，\n请核对后重新提交。';
            const made = await returned(visit, {
                mobile: '号码有误，无法接通',
                'documents.id_card_emblem': '图片模糊，看不清有效期限',
            }, why);
            const main = page.locator('main');

            is(new URL(page.url()).pathname, '/correction/',
               'the sign-in leads to the correction');
            like(await main.textContent(), /您有信息需要补正！/, 'says so');
            ok((await main.textContent()).includes(why), 'and why, on top');
            is(await page.locator('.open-why').allInnerTexts(),
               ['补正要求：图片模糊，看不清有效期限', '补正要求：号码有误，无法接通'],
               'each open field with its own reason');
            is(await page.locator('main input:visible, main select:visible, '
                + 'main textarea:visible').count(), size === 'phone' ? 3 : 2,
               'nothing else can be changed');
            is(await page.locator('#f-mobile').inputValue(),
               made.values.mobile, 'the field has what was submitted');

            const natural = await page.locator('.earlier-picture img')
                .evaluate(async (image) => {
                    await image.decode();
                    return image.naturalWidth;
                });

            ok(natural > 100, 'the earlier picture is shown');
            like(await page.locator('.earlier-name').textContent(),
                 /id_card_emblem\.jpg/, 'with its file name');

            const [left, right] = await Promise.all([
                page.locator('.earlier').boundingBox(),
                page.locator('.upload-place').boundingBox(),
            ]);

            ok(size === 'phone' ? left.y < right.y : left.x < right.x,
               'beside the place for the new one');
            await look(visit, 'correction');

            // submitting what was not corrected

            await submit(page);
            await page.locator('dialog').waitFor();
            is(await page.locator('.unchanged li').allInnerTexts(),
               ['证件国徽面', '手机号码'], 'what was left is named');
            await look(visit, 'correction-unchanged');
            await page.locator('dialog .button-primary').click();

            // a number that is none

            await page.locator('#f-mobile').fill('138');
            await leftTo(page, '#f-mobile');
            await page.locator('#f-mobile-error').waitFor();
            await submit(page);
            await hasFocus(page, '.summary', 'the summary has the focus');
            await look(visit, 'correction-wrong');
            await page.locator('button', { hasText: 'English' }).click();
            await page.locator('.summary', { hasText: /has 11 digits/ }).waitFor();
            await page.locator('button', { hasText: '中文' }).click();
            await page.locator('.summary', { hasText: /11位数字/ }).waitFor();
            await page.locator('.summary a').click();
            await hasFocus(page, '#f-mobile', 'and leads to the field');

            const mobile = (await server.person()).mobile;

            await page.locator('#f-mobile').fill(mobile);
            await leftTo(page, '#f-mobile');
            await page.locator('#f-mobile-field .field-mark-pass').waitFor();
            is(await page.locator('.summary').count(), 0,
               'what is right now is in no summary any more');
            like(await page.locator('.open-before').textContent(),
                 new RegExp(`原来的内容：${made.values.mobile}`),
                 'what it was stands below');

            // a file that is no picture, then the picture

            const input = page.locator('#f-documents-id_card_emblem');

            await input.setInputFiles(file('letter.jpg', '%PDF-1.7 no picture'));
            await page.locator('#f-documents-id_card_emblem-error').waitFor();
            ok((await page.locator('#f-documents-id_card_emblem-error')
                .textContent()).length > 5, 'a file that is no picture');
            await input.setInputFiles(specimen('id_card_emblem').path);
            await page.locator('.upload-there').waitFor();
            await look(visit, 'correction-done');

            // everything survives a reload

            await page.reload();
            await page.locator('.upload-there').waitFor();
            is(await page.locator('#f-mobile').inputValue(), mobile,
               'a reload loses nothing');

            await submit(page);
            await page.locator('dialog').waitFor();
            like(await page.locator('dialog').textContent(),
                 /已提交成功，请等待审核/, 'received');
            is(await server.person_of(made.number), 'pending3',
               'it waits for review again');
            await look(visit, 'correction-received');
            await page.locator('dialog a').click();
            await page.locator('#account').waitFor();
            is((await visit.context.cookies()).map((one) => one.name)
                .filter((one) => /session/.test(one)), [],
               'and the session has ended');
            await shut(visit);
        }
    },

    async 'the page returns to the login by itself'() {
        const visit = await open();
        const { page } = visit;

        await page.clock.install();
        await returned(visit, { address: '请填写完整的地址' });
        await page.locator('#f-address').fill(
            (await server.person()).address);
        await leftTo(page, '#f-address');
        await submit(page);
        await page.locator('dialog').waitFor();
        await page.clock.runFor(31_000);
        await page.locator('#account').waitFor();
        ok(true, 'the login page');
        await shut(visit);
    },

    async 'every field that can be opened'() {
        for (const size of sizes) {
            const visit = await open({ size });
            const { page } = visit;
            const fields = ['residence', 'applicant_type', 'document_type',
                'name', 'id_number', 'valid_from', 'valid_until', 'long_term',
                'region', 'address', 'postcode', 'contact_name', 'mobile',
                'landline', 'email', 'industry', 'office',
                'documents.id_card_portrait', 'documents.id_card_emblem',
                'documents.id_card_handheld'];
            const made = await returned(visit, Object.fromEntries(
                fields.map((field) => [field, `请核对${field.length}`])));

            for (const id of ['residence', 'applicant_type', 'document_type',
                'name', 'id_number', 'valid_from', 'region', 'address',
                'postcode', 'contact_name', 'mobile', 'landline', 'email',
                'industry', 'office']) {
                ok(await page.locator(`#f-${id === 'valid_from'
                    ? 'valid_until' : id}`).isVisible(), id);
            }

            is(await page.locator('.earlier-picture').count(), 3,
               'the three earlier pictures');
            is(await page.locator('#f-name').inputValue(), made.values.name,
               'with their values');
            like(await page.locator('#f-valid_until-why').textContent(),
                 /开始日期：请核对10\n.*截止日期：请核对11\n长期有效：请核对9/,
                 'each reason of a validity with its end');
            await look(visit, 'correction-all');

            // 重置

            const draft = async () => (await visit.context.cookies())
                .find((one) => /draft/.test(one.name))?.value;

            await page.locator('#f-postcode').fill('451111');
            await leftTo(page, '#f-postcode');
            await page.locator('#f-documents-id_card_emblem')
                .setInputFiles(specimen('id_card_emblem').path);
            await page.locator('.upload-there').waitFor();

            const before = await draft();

            await page.locator('button', { hasText: '重置' }).click();
            await page.locator('dialog .button-danger').click();
            await page.locator('dialog').waitFor({ state: 'detached' });

            // the dialog does not wait for the draft's end

            await page.waitForFunction((earlier) => document
                .querySelector('#f-postcode').value === earlier,
                made.values.postcode).catch(() => {});
            is(await page.locator('#f-postcode').inputValue(),
               made.values.postcode, 'a reset brings back what was');
            is(await page.locator('.upload-there').count(), 0,
               'without the new picture');
            await page.waitForLoadState('networkidle');
            ok(before && await draft() !== before,
               'and its uploads are not counted any more');
            await shut(visit);
        }
    },

    async 'another type of document asks for its own pictures'() {
        const visit = await open({ expect: ['422 PUT /api/correction'] });
        const { page } = visit;
        const made = await returned(visit, {
            document_type: '请使用护照办理' });

        is(await page.locator('.upload-place').count(), 0,
           'no picture is open at first');
        await page.locator('#f-document_type').selectOption('passport');
        await page.locator('#f-documents-passport_page').waitFor({
            state: 'attached' });
        is(await page.locator('.upload-place').count(), 2,
           'a passport needs two pictures');
        is(await page.locator('.earlier').count(), 0,
           'the earlier ones do not show it');
        ok(await page.locator('#f-name').isVisible(), 'its name');
        ok(await page.locator('#f-id_number').isVisible(), 'its number');
        ok(await page.locator('#f-valid_until').isVisible(), 'its validity');
        is(await page.locator('.field-error').count(), 0,
           'nobody has had the time to be wrong');
        await look(visit, 'correction-passport');

        await submit(page);
        await page.locator('.summary').waitFor();
        like(await page.locator('.summary').textContent(),
             /请上传这张图片/, 'they are needed');

        await page.locator('#f-documents-passport_page').setInputFiles(
            specimen('passport_page').path);
        await page.locator('.upload-there').nth(0).waitFor();
        await page.locator('#f-documents-id_card_handheld').setInputFiles(
            specimen('id_card_handheld').path);
        await page.locator('.upload-there').nth(1).waitFor();
        is(await page.locator('#f-id_number').inputValue(), '',
           'the number of the earlier one is no number of this');
        await page.locator('#f-id_number').fill('E12345678');
        await leftTo(page, '#f-id_number');

        const until = new Date().getFullYear() + 5;

        await page.locator('#f-valid_until').fill('2023-03-15');
        await page.locator('#f-valid_until-until').fill(`${until}-03-14`);
        await leftTo(page, '#f-valid_until-until');
        await server.secret('E12345678');
        await submit(page);
        await page.locator('dialog').waitFor();

        if (await page.locator('.unchanged').count() > 0) {
            await page.locator('dialog .button').first().click();
        }

        await page.locator('dialog', { hasText: '已提交成功' }).waitFor();
        is(await server.person_of(made.number), 'pending3', 'received');
        await shut(visit);
    },

    async 'a region brings along in which province one lives'() {
        const visit = await open();
        const { page } = visit;
        const made = await returned(visit, { region: '已迁往外省' });

        is(await page.locator('.open-why').allInnerTexts(),
           ['此项须与更正的内容一致，请一并确认。', '补正要求：已迁往外省'],
           'the residence, and the region with its reason');
        await page.locator('[name=f-residence][value=out_of_province]').check();
        await page.locator('#f-region').selectOption('110000');
        await page.locator('#f-region-1').selectOption('110105');
        await page.locator('#f-region-field.field-valid').waitFor();
        await submit(page);
        await page.locator('dialog', { hasText: '已提交成功' }).waitFor();
        is(await server.person_of(made.number), 'pending3', 'received');
        await shut(visit);
    },

    async 'another address needs a code'() {
        const visit = await open({ size: 'phone',
            expect: ['422 PUT /api/correction'] });
        const { page } = visit;
        const { email } = await server.person();
        const made = await returned(visit, { email: '邮箱无法收信' });

        is(await page.locator('#f-email_code').count(), 0,
           'no code for the address as it is');
        await page.locator('#f-email').fill(email);
        await leftTo(page, '#f-email');
        await page.locator('#f-email_code').waitFor();
        await submit(page);
        like(await page.locator('#f-email_code-error').textContent(),
             /获取验证码/, 'a code is needed');
        await page.locator('.code-button').click();
        await page.locator('.code-note').waitFor();
        await look(visit, 'correction-code');

        const code = await server.code(email);

        await page.locator('#f-email_code').fill(
            code === '111111' ? '222222' : '111111');
        await submit(page);
        like(await page.locator('#f-email_code-error').textContent(),
             /验证码不正确/, 'a wrong one');
        await page.locator('#f-email_code').fill(code);
        await submit(page);
        await page.locator('dialog', { hasText: '已提交成功' }).waitFor();
        is(await server.person_of(made.number), 'pending3', 'received');
        await shut(visit);
    },

    async 'a session that ends, a connection that is lost'() {
        const visit = await open({ size: 'phone',
            expect: [/^401 \w+ \/api\//, /^none|INTERNET_DISCONNECTED/] });
        const { page } = visit;
        const { address, mobile } = await server.person();
        const made = await returned(visit, {
            address: '请填写完整的地址', mobile: '号码有误' });

        like(await page.locator('label[for=f-address]').textContent(),
             /联系地址/, 'the fields have the names of the registration');
        await page.locator('#f-address').fill(address);
        await leftTo(page, '#f-address');

        await visit.context.setOffline(true);
        await page.locator('#f-mobile').fill(mobile);
        await page.locator('#f-mobile').blur();
        await page.locator('.correction-lost').waitFor();
        await submit(page);
        like(await page.locator('form [role=alert]').textContent(),
             /网络连接中断/, 'says that the connection is lost');
        is(await page.locator('#f-mobile').inputValue(), mobile,
           'and keeps what was typed');
        await visit.context.setOffline(false);

        const cookies = await visit.context.cookies();

        await visit.context.clearCookies({ name: /session/ });
        await submit(page);
        await page.locator('form [role=alert]', { hasText: '登录已超时' })
            .waitFor();
        ok(cookies.length > 0, 'the session has ended');
        await look(visit, 'correction-timeout');

        await signIn(visit, made.values);
        is(await page.locator('#f-address').inputValue(), address,
           'after signing in again all is there');
        is(await page.locator('#f-mobile').inputValue(), mobile,
           'also what was saved last');
        await submit(page);
        await page.locator('dialog', { hasText: '已提交成功' }).waitFor();
        is(await server.person_of(made.number), 'pending3', 'received');
        await shut(visit);
    },

    async 'a value that could not be saved at first'() {
        const visit = await open({ expect: [/^none \/api\/draft$/] });
        const { page } = visit;
        const lost = page.locator('.correction-lost');
        const { address, mobile, postcode } = await server.person();
        const fail = () => page.route('**/api/draft', (route) => (
            route.abort('connectionreset')), { times: 1 });

        await returned(visit, { address: '请填写完整的地址',
            mobile: '号码有误', postcode: '与地址不符',
            valid_from: '与证件不符', valid_until: '与证件不符' });
        is((await page.locator('#f-valid_until-why').textContent()).trim(),
           '补正要求：与证件不符', 'one reason is told once');

        await fail();
        await page.locator('#f-address').fill(address);
        await page.locator('#f-address').blur();
        await lost.waitFor();
        await page.locator('#f-mobile').fill(mobile);
        await leftTo(page, '#f-mobile');
        await lost.waitFor({ state: 'detached' });
        await page.reload();
        await page.locator('.open-fields').waitFor();
        is(await page.locator('#f-address').inputValue(), address,
           'it is saved with the next one');

        await fail();
        await page.locator('#f-postcode').fill(postcode);
        await page.locator('#f-postcode').blur();
        await lost.waitFor();
        like(await lost.textContent(), /自动重试/, 'what happens is told');
        await lost.waitFor({ state: 'detached', timeout: 10_000 });
        await page.reload();
        await page.locator('.open-fields').waitFor();
        is(await page.locator('#f-postcode').inputValue(), postcode,
           'or by itself, after a while');
        await shut(visit);
    },

    async 'nobody, and somebody with nothing to correct'() {
        const made = await server.register();

        await server.decide(made.number, 1, 'approve', '');

        const visit = await open({ expect: ['401 GET /api/session',
            '401 GET /api/correction', '403 GET /api/correction'] });
        const { page } = visit;

        await page.goto('/correction/');
        like(await page.locator('[role=alert]').textContent(), /重新登录/,
             'nobody: sign in first');
        await look(visit, 'correction-nobody');
        await page.goto('/');
        await page.locator('#account').fill(made.values.username);
        await page.locator('#password').fill(made.values.password);
        await submit(page);
        await page.locator('h1', { hasText: '平台首页' }).waitFor();
        await page.goto('/correction/');
        like(await page.locator('[role=alert]').textContent(),
             /没有需要补正的内容/, 'nothing to correct');
        await shut(visit);
    },
}, closeAll);
