// The registration wizard as people use it: at a telephone and at a desk, with
// wrong files, a lost connection and a reload at every step.

import { closeAll, counting, look, open, shut } from './lib/browser.mjs';
import { specimen } from './lib/pictures.mjs';
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
        await page.locator(`${control(`documents.${kind}`)}-field `
                           + '.upload-there').waitFor();
    }
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
        const visit = await open({ size: 'phone' });
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
        await pictures(page, user, CARD);
        await identity(user, values);
        await page.locator('#f-region-field.field-valid').waitFor();
        await look(visit, 'register-2');
        await next(user);

        await step(page, '联系信息');
        is(await page.locator(control('contact_name')).inputValue(),
           values.name, 'a person is proposed as their own contact');
        await contact(page, user, values);
        await look(visit, 'register-3');
        await next(user);

        await step(page, '确认提交');
        await look(visit, 'register-4');
        await promise(page, user);
        await page.locator('.promise-made').waitFor();
        await look(visit, 'register-4-promised');
        await user.click('.wizard-buttons .button-primary');

        await page.locator('dialog .submitted-number').waitFor();
        await look(visit, 'register-done-dialog', { full: false });

        const number = await page.locator('dialog .submitted-number')
            .textContent();

        like(number, /^\d{15}$/, 'the application has a number');
        ok(user.count.value <= INTERACTIONS,
           `${user.count.value} interactions of ${INTERACTIONS}`);
        note(`${user.count.value} interactions, ${Date.now() - began} ms`);

        await page.getByText('留在此页').click();
        await look(visit, 'register-done');
        await signInSays(page, values, /"pending"/, 'it waits for review');
        await shut(visit);
    },
}, closeAll);
