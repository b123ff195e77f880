import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeBenchTable } from './data.ts'
import { benchWhatIf } from './whatIf.ts'

// `npm run bench [-- --large | --what-if]`: time against bare DuckDB, peak memory over more data and more files, how free the main thread stays, and limits that move (`--what-if`: these alone).
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = process.env.CONTRAIL_BENCH ?? join(tmpdir(), 'contrail-bench')
const repeats = 5
const large = process.argv.includes('--large')

interface Measured {
  readonly seconds: number
  readonly peakMb: number
  /** The longest that the main thread was not free, after it had started up. */
  readonly delayMs: number
}

const tables = {
  '4M rows, 8 files': { folder: join(folder, '4m-8'), files: 8, rowsPerFile: 500_000 },
  '4M rows, 80 files': { folder: join(folder, '4m-80'), files: 80, rowsPerFile: 50_000 },
  ...(large && { '40M rows, 80 files': { folder: join(folder, '40m-80'), files: 80, rowsPerFile: 500_000 } })
}

for (const [name, table] of Object.entries(tables)) {
  console.log(`making ${name}`)
  await makeBenchTable(table)
}
const base = tables['4M rows, 8 files']

if (!process.argv.includes('--what-if')) {
  benchTime()
  benchMemory()
}
await benchWhatIf(base.folder, repeats)

function benchTime(): void {
  console.log(`\nreplay against the bare partial queries over the same files, alternating, ${repeats} times (${process.version}, 2 queries at a time, Snappy)`)
  const ratios: number[] = []
  for (let i = 0; i <= repeats; i++) {
    const bare = measure([join(root, 'dist/bench/bare.js'), base.folder])
    const ours = replay(base.folder)
    if (i > 0) ratios.push(ours.seconds / bare.seconds) // The first pair warms the page cache.
  }
  console.log(`  time, ratio: median ${median(ratios).toFixed(2)}, from ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`)
}

function benchMemory(): void {
  console.log('\npeak memory of a replay (resident, whole process), and the longest pause of its main thread')
  let first: number | undefined
  for (const [name, table] of Object.entries(tables)) {
    const runs = Array.from({ length: name.startsWith('40M') ? 1 : 3 }, () => replay(table.folder))
    const peak = median(runs.map((run) => run.peakMb))
    first ??= peak
    console.log(`  ${name}: ${peak.toFixed(0)} MB (${(peak / first).toFixed(2)} of the first), ${median(runs.map((run) => run.seconds)).toFixed(1)} s, longest pause ${median(runs.map((run) => run.delayMs)).toFixed(0)} ms`)
  }
}

function replay(silver: string): Measured {
  const target = mkdtempSync(join(tmpdir(), 'contrail-bench-run-'))
  try {
    return measure([join(root, 'build/contrail.mjs'), 'replay', '--silver', silver, '--gold', join(target, 'gold'), '--checkpoints', join(target, 'checkpoints')])
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

function measure(command: readonly string[]): Measured {
  const report = join(tmpdir(), `contrail-bench-${process.pid}.json`)
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--import', new URL('../../test/bench/reportUsage.mjs', import.meta.url).href, ...command], { env: { ...process.env, USAGE_FILE: report }, encoding: 'utf8' })
  const seconds = (performance.now() - started) / 1000
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
  const usage = JSON.parse(readFileSync(report, 'utf8')) as { peakMb: number; delayMs: number }
  rmSync(report)
  return { seconds, ...usage }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
