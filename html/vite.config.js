// How the pages are built: four entries, relative addresses so that they may
// be mounted anywhere, nothing inline that a strict CSP would refuse.

import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const entry = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: './',
  // a static node made anew is cheaper than the code that keeps it
  plugins: [vue({ template: { compilerOptions: { hoistStatic: false } } })],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    target: ['es2020', 'safari14'],
    minify: 'terser',   // 1 kB less than esbuild of every page
    terserOptions: {
      compress: {
        ecma: 2020, passes: 3, unsafe_arrows: true, unsafe_methods: true,
      },
      ecma: 2020,
      module: true,
    },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        login: entry('index.html'),
        register: entry('register/index.html'),
        correction: entry('correction/index.html'),
        console: entry('admin/index.html'),
        platform: entry('platform/index.html'),
      },
      output: {
        // the runtime changes with Vue only, what pages share more often;
        // small files that go together are smaller as one
        manualChunks(id) {
          if (id.includes('/node_modules/')) {
            return 'vue';
          }

          if (/common\/(?:AppIcon|PageShell|announce|api|form|i18n|look|page)\./.test(id)) {
            return 'page';
          }

          if (/common\/(?:FieldFrame|TextField|PasswordField)\./.test(id)) {
            return 'fields';
          }
        },
      },
    },
  },
});
