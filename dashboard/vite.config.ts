import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { textParts } from './text-parts.ts';

/** Builds the console into dashboard/dist. Nothing is inlined, so the page lives under a strict policy (CSP). */
export default defineConfig({
  plugins: [textParts(), vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: 'chrome109',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    outDir: 'dist',
    emptyOutDir: true,
    // What belongs to which page: the test of sizes reads it.
    manifest: true,
    // The map's own code is that large; it comes after the list.
    chunkSizeWarningLimit: 1_200,
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080', '/socket.io': { target: 'http://127.0.0.1:8080', ws: true } },
  },
});
