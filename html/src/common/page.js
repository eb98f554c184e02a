// Starts a page: texts first, then its component.

import { createApp } from 'vue';

import './tokens.css';
import './base.css';
import './look.js';
import { startTexts } from './i18n.js';

const common = {
  'zh-CN': () => import('../../texts/zh-CN/common.json'),
  en: () => import('../../texts/en/common.json'),
};

export async function startPage(component, texts) {
  try {
    await startTexts(common, texts);
  } catch {
    // no text file arrived, so these words cannot come from one
    const told = document.createElement('p');

    told.className = 'not-started';
    told.textContent = '页面未能完整载入，请检查网络后刷新页面。'
      + ' The page did not load: check the connection and reload.';
    document.querySelector('#app').replaceChildren(told);
    return;
  }

  createApp(component).mount('#app');
}
