import { startPage } from '../common/page.js';
import CorrectionPage from './CorrectionPage.vue';

startPage(CorrectionPage, {
  'zh-CN': () => import('../../texts/zh-CN/correction.json'),
  en: () => import('../../texts/en/correction.json'),
});
