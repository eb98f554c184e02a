// The harness sees what is wrong with a page, and nothing on one that is good.

import { closeAll, faultsOfAxe, look, open, shut } from './lib/browser.mjs';
import { specimen } from './lib/pictures.mjs';
import { is, like, ok, play, server } from './lib/play.mjs';


await play({
    async 'a page that is good'() {
        for (const size of ['phone', 'desktop']) {
            const visit = await open({ size });

            // the policy has no data: in it, so that the icon is none
            visit.expect.push(/^CSP: img-src data|data:,/);
            await visit.page.goto('/good');
            await look(visit, 'harness');
            await shut(visit);
        }
    },

    async 'a page that is bad'() {
        const visit = await open();

        await visit.page.goto('/bad', { waitUntil: 'load' });
        await visit.page.waitForTimeout(200);

        const seen = visit.faults.join('\n');

        like(seen, /^404 GET \/missing\.png$/m, 'a missing file');
        like(seen, /^CSP: style-src-attr/m, 'an inline style');
        like(seen, /^CSP: script-src-elem/m, 'an inline script');
        like(seen, /^a request to http:\/\/127\.0\.0\.1:1\//m,
             'a request to somebody else');
        like((await faultsOfAxe(visit.page)).join('\n'), /^image-alt: /m,
             'a picture without a text');

        visit.faults.length = 0;
        await shut(visit);
    },

    async 'what the servers do'() {
        const made = await server.register();

        like(made.number, /^\d{15}$/, 'an application');

        await server.decide(made.number, 1, 'return', '请更正',
                            { mobile: '号码有误' });
        like(await server.mail(made.values.email, 3), /号码有误/,
             'a decision and its mail');

        const { name, password, secret } = await server.reviewer({
            name: 'berta', totp: true });

        ok(name === 'berta' && password && secret,
           'a reviewer with an authenticator');

        const { written } = specimen('id_card_portrait', { name: '样本甲' });

        is(written.name, '样本甲', 'a picture, and what is written on it');
    },
}, closeAll);
