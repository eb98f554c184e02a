import { startPage } from '../common/page.js';
import RegisterPage from './RegisterPage.vue';

startPage(RegisterPage, {
  'zh-CN': () => import('../../texts/zh-CN/register.json'),
  en: () => import('../../texts/en/register.json'),
});
