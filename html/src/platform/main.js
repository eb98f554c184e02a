import { startPage } from '../common/page.js';
import PlatformPage from './PlatformPage.vue';

startPage(PlatformPage, {
  'zh-CN': () => import('../../texts/zh-CN/platform.json'),
  en: () => import('../../texts/en/platform.json'),
});
