// `npm test`: all runners, and as the last line their sum. `node build/test.mjs unit` runs the unit tests alone, `heavy` what takes minutes and
// gigabytes and is in neither.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'contrail-test-'))
const counts = { passed: 0, failed: 0, skipped: 0 }

try {
  const only = process.argv[2]
  if (only === 'heavy') process.env.CONTRAIL_TEST_HEAVY = '1'
  if (only === undefined) {
    await Promise.all([step('types', ['node_modules/typescript/bin/tsc', '-b']), step('lint', ['node_modules/eslint/bin/eslint.js', '.'])])
  }
  await vitest(only === undefined ? [] : ['--project', only])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (counts.passed === 0) counts.failed += 1 // A run without a test proves nothing.
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)
process.exitCode = counts.failed > 0 ? 1 : 0

/** A check that counts as one test. */
async function step(name, args) {
  const code = await run(args)
  console.log(`${code === 0 ? '✓' : '✗'} ${name}`)
  counts[code === 0 ? 'passed' : 'failed'] += 1
}

async function vitest(args) {
  const report = join(folder, 'vitest.json')
  const code = await run(['node_modules/vitest/vitest.mjs', 'run', '--config', 'build/vitest.config.mjs', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args])
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  for (const file of testResults) {
    // A file that cannot be loaded has no tests to fail.
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) counts.failed += 1
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1
      else if (test.status === 'failed') counts.failed += 1
      else {
        counts.skipped += 1
        console.log(`skipped: ${test.fullName}${test.meta?.reason ? ` (${test.meta.reason})` : ''}`)
      }
    }
  }
  if (code !== 0 && counts.failed === 0) counts.failed += 1
}

function run(args) {
  return new Promise((resolve) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }).on('close', (code) => resolve(code ?? 1)))
}
