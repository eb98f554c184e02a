import { startPage } from '../common/page.js';
import LoginPage from './LoginPage.vue';

startPage(LoginPage, {
  'zh-CN': () => import('../../texts/zh-CN/login.json'),
  en: () => import('../../texts/en/login.json'),
});
