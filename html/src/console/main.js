import { startPage } from '../common/page.js';
import ConsolePage from './ConsolePage.vue';

startPage(ConsolePage, {
  'zh-CN': () => import('../../texts/zh-CN/console.json'),
  en: () => import('../../texts/en/console.json'),
});
