import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The page of the workbench. Nothing is inlined: its content policy allows neither inline scripts nor data: workers. */
export default defineConfig({
  root: `${root}renderer`,
  base: './',
  plugins: [react()],
  build: { outDir: `${root}dist/renderer`, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 4000, sourcemap: false },
  worker: { format: 'es' }
})
