import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Tests that run whole pipelines or child processes; the others are the unit tests of `npm run check`. */
const endToEnd = ['test/host/**', 'test/cli/**', 'test/oracle/**', 'test/delta/corpora.test.ts', 'test/build/**', 'test/e2e/**', 'test/s3/**', 'test/faults/**']

/** Minutes and gigabytes: `npm run test:heavy` alone asks for them. */
const heavy = 'test/heavy/**'
const withHeavy = process.env.CONTRAIL_TEST_HEAVY === '1'

export default defineConfig({
  root,
  // There is no window in a test: main and preload meet a stand-in.
  resolve: { alias: [{ find: /^electron$/, replacement: `${root}test/support/electronStandIn.ts` }] },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...endToEnd, heavy] } },
      { extends: true, test: { name: 'end to end', include: endToEnd.map((pattern) => (pattern.endsWith('.ts') ? pattern : `${pattern}/*.test.ts`)) } },
      ...(withHeavy ? [{ extends: true, test: { name: 'heavy', include: [`${heavy}/*.test.ts`], testTimeout: 1_800_000 } }] : [])
    ],
    globalSetup: ['build/vitestSetup.mjs'],
    // A limit for what hangs, not a measure: a busy machine is four times slower than a quiet one.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Tests wait for disks, pages and processes a good part of their time: one more than the cores of a small machine.
    maxWorkers: 3,
    maxConcurrency: 2
  }
})
