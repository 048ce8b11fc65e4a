// The build of both shells. In development the same pages talk to a running devhost (DOORSTEP_DEVHOST=http://127.0.0.1:PORT)
// or, without one, to the test double under test/.
import { fileURLToPath, URL } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const devhost = process.env.DOORSTEP_DEVHOST;

/** Serves the test double in the place of a devhost; never part of a build. */
function testDouble(): Plugin {
  return {
    name: 'doorstep-test-double',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (!/^\/(ipc|events|photo)\b/.test(request.url ?? '')) {
          next();
          return;
        }
        server
          .ssrLoadModule('/test/double/serve.ts')
          .then((double) => (double as { serve: (a: unknown, b: unknown) => unknown }).serve(request, response))
          .catch(next);
      });
    },
  };
}

/**
 * Text that grows with its reader: its sizes are written in px, as they are drawn, and built as rem. So they follow the root's size, which
 * is the system's own text size times what was chosen in the settings; the texts of Vant and Element Plus as well.
 */
const growingText = {
  postcssPlugin: 'doorstep-growing-text',
  Declaration(declaration: { prop: string; value: string }): void {
    if (!/(^|-)(font|font-size|line-height)(-|$)/.test(declaration.prop)) return;
    const value = declaration.value.replace(/(?<![\w.-])(\d*\.?\d+)px\b/g, (_px, size: string) => `${Number(size) / 16}rem`);
    if (value !== declaration.value) declaration.value = value;
  },
};

export default defineConfig({
  plugins: [vue(), ...(devhost || process.env.VITEST ? [] : [testDouble()])],
  css: { postcss: { plugins: [growingText] } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
  },
  resolve: {
    alias: {
      '@schemas': here('../schemas/ts/bindings.ts'),
      // The generated file lies outside this folder and finds its imports here.
      '@tauri-apps/api': here('node_modules/@tauri-apps/api'),
      '@': here('src'),
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: false,
    fs: { allow: [here('.'), here('../schemas/ts')] },
    proxy: devhost ? { '/ipc': devhost, '/events': devhost, '/photo': devhost } : {},
  },
  build: {
    target: ['es2022', 'chrome107', 'safari16'],
    chunkSizeWarningLimit: 700,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    css: false,
    // A busy machine is slow, not wrong.
    testTimeout: 30_000,
  },
});
