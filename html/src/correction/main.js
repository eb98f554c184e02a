import { startPage } from '../common/page.js';
import CorrectionPage from './CorrectionPage.vue';

// The fields are the wizard's, and so are their words.

const merged = async (...files) => ({
  default: Object.assign({}, ...(await Promise.all(files))
    .map((file) => file.default)),
});

startPage(CorrectionPage, {
  'zh-CN': () => merged(import('../../texts/zh-CN/register.json'),
    import('../../texts/zh-CN/correction.json')),
  en: () => merged(import('../../texts/en/register.json'),
    import('../../texts/en/correction.json')),
});
