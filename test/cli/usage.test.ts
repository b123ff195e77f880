import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { contrail } from '#test/support/contrail.ts'
import { repository, temporaryFolder } from '#test/support/folders.ts'

const folder = temporaryFolder('usage')
const program = join(repository, 'build/contrail.mjs')
const places = ['--silver', 'silver', '--gold', 'gold', '--checkpoints', 'checkpoints']

/** A table of a hundred rows, which most of these never get to read. */
beforeAll(async () => {
  expect(await contrail(['sample', 'silver', '--minutes', '5', '--rows-per-minute', '20'], { cwd: folder })).toMatchObject({ code: 0 })
  expect(await contrail(['replay', '--silver', 'silver', '--gold', 'shown', '--checkpoints', 'done'], { cwd: folder })).toMatchObject({ code: 0 })
  for (const name of ['empty', 'noLog/_delta_log']) mkdirSync(join(folder, name), { recursive: true })
  const files = {
    'broken.json': '{"silver": ',
    'unknown.json': '{"silver": {"uri": "silver", "maxFile": 1}, "gold": {"uri": "gold"}, "checkpoints": {"uri": "checkpoints"}}',
    'crossed.json': '{"silver": {"uri": "silver"}, "gold": {"uri": "gold"}, "checkpoints": {"uri": "checkpoints"}, "queries": {"anomaly_alerts": {"thresholds": {"velocityMin": 2000}}}}',
    'text.txt': 'not a table'
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})

/** What the user sees, `FOLDER` for where the test runs. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await contrail(args, { cwd: folder, env })
  return { code, stdout: stdout.replaceAll(folder, 'FOLDER'), stderr: stderr.replaceAll(folder, 'FOLDER') }
}

const unused = () => ['gold', 'checkpoints'].filter((name) => existsSync(join(folder, name)))

describe('Wrong usage ends with code 2 and one line', () => {
  test.each([
    [[], 'no command is given; contrail --help tells how it is used'],
    [['play'], "unknown command 'play' (Did you mean replay?); contrail --help tells how it is used"],
    [['transmogrify'], "unknown command 'transmogrify'; contrail --help tells how it is used"],
    [['--frobnicate'], "unknown option '--frobnicate'; contrail --help tells how it is used"],
    [['replay', '--frobnicate'], "unknown option '--frobnicate'; contrail --help tells how it is used"],
    [['replay', ...places, 'more'], "too many arguments for 'replay'. Expected 0 arguments but got 1.; contrail --help tells how it is used"],
    [['replay', '--silver'], "option '--silver <dir>' argument missing; contrail --help tells how it is used"],
    [['replay'], 'it is not said where silver is: give --silver DIR, silver.uri in a file for --pipeline, or CONTRAIL_SILVER_URI'],
    [['replay', '--silver', 'silver'], 'it is not said where gold is: give --gold DIR, gold.uri in a file for --pipeline, or CONTRAIL_GOLD_URI'],
    [['replay', '--silver', 'silver', '--gold', 'gold'], 'it is not said where checkpoints is: give --checkpoints DIR, checkpoints.uri in a file for --pipeline, or CONTRAIL_CHECKPOINTS_URI'],
    [['replay', ...places, '--silver', ''], 'the command line: silver.uri is "": must not be empty'],
    [['replay', ...places, '--altitude-max', 'high'], "option '--altitude-max <metres>' argument 'high' is invalid. It must be a number.; contrail --help tells how it is used"],
    [['replay', ...places, '--altitude-min', '1', '--altitude-max', '0'], 'the command line: queries.anomaly_alerts.thresholds: altitudeMin (1) is above altitudeMax (0): the minimum must be at most the maximum'],
    [['replay', '--pipeline', 'crossed.json'], 'crossed.json: queries.anomaly_alerts.thresholds: velocityMin (2000) is above velocityMax (1000): the minimum must be at most the maximum'],
    [['replay', '--pipeline', 'unknown.json'], 'unknown.json: silver.maxFile is not a setting'],
    [['replay', ...places, '--alert-slide', '1 hour'], 'the command line: queries.anomaly_alerts: a slide of 1 hour is longer than its window of 5 minutes: rows between windows would be lost; make the slide at most the window'],
    [['replay', ...places, '--phase-window', 'a while'], 'the command line: queries.flight_phase_counts.window is "a while", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    [['replay', ...places, '--query', 'both'], '--query is both: it can be flight_phase_counts or anomaly_alerts'],
    [['replay', ...places, '--interval', '5 seconds'], "unknown option '--interval'; contrail --help tells how it is used"],
    [['watch', ...places, '--interval', '0 seconds'], '--interval is "0 seconds": it must be longer than zero'],
    [['watch', ...places, '--interval', 'often'], '--interval is "often", which is not a duration: write it as "5 minutes" or "1 hour 30 seconds"'],
    [['replay', '--silver', 'silver', '--gold', 'silver/gold', '--checkpoints', 'checkpoints'], 'gold.uri (FOLDER/silver/gold) lies inside silver.uri (FOLDER/silver): give each a folder of its own'],
    [['replay', '--silver', 'silver', '--gold', 'gold', '--checkpoints', 'silver/../silver/c'], 'checkpoints.uri (FOLDER/silver/c) lies inside silver.uri (FOLDER/silver): give each a folder of its own'],
    [['replay', '--silver', 'silver', '--gold', '.', '--checkpoints', 'checkpoints'], 'silver.uri (FOLDER/silver) lies inside gold.uri (FOLDER): give each a folder of its own'],
    [['replay', ...places, '--silver', 's3://'], 's3:// names no bucket: write it as s3://bucket/folder'],
    [['show', '--gold', 's3a://KEY:SECRET@bucket/gold'], 'the S3 address has something else than a bucket between // and the next /: write it as s3://bucket/folder, and give keys and the server in the settings'],
    [['show', '--gold', 's3://bucket/gold', '--endpoint', 'minio'], 's3.endpoint is "minio": write it as http://host:port or https://host'],
    [['show'], "required option '--gold <dir>' not specified; contrail --help tells how it is used"],
    [['export', '--to', 'x.csv'], "required option '--table <dir>' not specified; contrail --help tells how it is used"],
    [['export', '--table', 'silver'], "required option '--to <file>' not specified; contrail --help tells how it is used"],
    [['export', '--table', 'silver', '--to', 'x.csv', '--version', 'old'], "option '--version <n>' argument 'old' is invalid. It must be a whole number.; contrail --help tells how it is used"],
    [['export', '--table', 'silver', '--to', 'x.csv', '--version', '-1'], "option '--version <n>' argument '-1' is invalid. It must be a whole number.; contrail --help tells how it is used"],
    [['export', '--table', 'silver', '--to', 'x.csv', '--version', '99999999999999999999'], "option '--version <n>' argument '99999999999999999999' is invalid. It must be a whole number.; contrail --help tells how it is used"],
    [['check'], 'it is not said where silver is: give --silver DIR, silver.uri in a file for --pipeline, or CONTRAIL_SILVER_URI'],
    [['sample'], "missing required argument 'dir'; contrail --help tells how it is used"],
    [['sample', 'text.txt'], 'FOLDER/text.txt is a file: give a folder that is empty or not there yet'],
    [['sample', 'x', '--minutes', '0'], "option '--minutes <n>' argument '0' is invalid. It must be a whole number above zero.; contrail --help tells how it is used"],
    [['sample', 'x', '--rows-per-minute', '1.5'], "option '--rows-per-minute <n>' argument '1.5' is invalid. It must be a whole number above zero.; contrail --help tells how it is used"],
    [['sample', 'x', '--seed', 'one'], "option '--seed <n>' argument 'one' is invalid. It must be a whole number.; contrail --help tells how it is used"]
  ])('%j', async (args, message) => {
    expect(await run(args)).toEqual({ code: 2, stdout: '', stderr: `contrail: ${message}\n` })
    expect(unused()).toEqual([])
  })

  test('for a pipeline file that is not JSON', async () => {
    const { code, stdout, stderr } = await run(['replay', '--pipeline', 'broken.json'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^contrail: the pipeline file FOLDER\/broken\.json is not JSON: [^\n]+\n$/)
  })
})

describe('A failure ends with code 1 and one line', () => {
  test.each([
    [['replay', '--pipeline', 'none.json'], 'the pipeline file FOLDER/none.json cannot be read: check the path'],
    [['replay', '--pipeline', 'silver'], 'the pipeline file FOLDER/silver cannot be read: check the path'],
    [['replay', ...places, '--silver', 'none'], '[DELTA_SCHEMA_NOT_SET] FOLDER/none is not there, or is empty: check silver.uri'],
    [['replay', ...places, '--silver', 'empty'], '[DELTA_SCHEMA_NOT_SET] FOLDER/empty is not there, or is empty: check silver.uri'],
    [['replay', ...places, '--silver', 'text.txt'], '[DELTA_SCHEMA_NOT_SET] FOLDER/text.txt is a file, and silver is a folder: check silver.uri'],
    [['show', '--gold', 'none'], 'FOLDER/none holds neither flight_phase_counts nor anomaly_alerts: give the folder that gold was written to'],
    [['show', '--gold', 'text.txt'], 'FOLDER/text.txt holds neither flight_phase_counts nor anomaly_alerts: give the folder that gold was written to'],
    [['export', '--table', 'none', '--to', 'x.csv'], '[DELTA_SCHEMA_NOT_SET] FOLDER/none is not a Delta table: it is not there, or its _delta_log holds no commit; check the path'],
    [['export', '--table', 'silver', '--to', 'x.csv', '--version', '9'], '[DELTA_VERSION_NOT_FOUND] FOLDER/silver has no version 9: its newest is 5'],
    [['replay', ...places, '--silver', 'noLog'], /^contrail: \[DELTA_SCHEMA_NOT_SET\] [^\n]*FOLDER\/noLog[^\n]+\n$/],
    [['replay', ...places, '--gold', 'text.txt'], /^contrail: [^\n]*FOLDER\/text\.txt[^\n]+\n$/],
    [['replay', ...places, '--checkpoints', 'text.txt'], /^contrail: [^\n]*FOLDER\/text\.txt[^\n]+\n$/]
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(typeof message === 'string' ? new RegExp(`^contrail: ${message.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\n$`) : message)
  })

  test('in a .env that is a folder', async () => {
    const place = join(folder, 'dotenv')
    mkdirSync(join(place, '.env'), { recursive: true })
    const { code, stderr } = await contrail(['replay', ...places], { cwd: place })
    expect({ code, stderr }).toEqual({ code: 1, stderr: `contrail: ${join(place, '.env')} cannot be read: make it a readable file, or move it away\n` })
  })

  test('with --debug the stack follows', async () => {
    const { code, stderr } = await run(['--debug', 'show', '--gold', 'none'])
    const [first, ...rest] = stderr.trim().split('\n')
    expect([code, first, rest.some((line) => /^\s+at /.test(line))]).toEqual([1, 'contrail: FOLDER/none holds neither flight_phase_counts nor anomaly_alerts: give the folder that gold was written to', true])
  })
})

describe('Help and version', () => {
  test('contrail --version prints the version, also through npm, and only that', async () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string }
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect(execFileSync('npm', ['run', '--silent', 'contrail', '--', '--version'], { cwd: repository, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toBe(`${version}\n`)
  })

  test('contrail export --version is a version of the table', async () => {
    expect(await run(['export', '--version', '0', '--table', 'silver', '--to', 'zero.csv'])).toEqual({ code: 0, stdout: '0 rows of version 0 written to FOLDER/zero.csv\n', stderr: '' })
  })

  test.each([[], ['replay'], ['watch'], ['show'], ['export'], ['check'], ['sample']].map((command) => [command] as const))('%j --help tells how it is used', async (command) => {
    const { code, stdout, stderr } = await run([...command, '--help'])
    expect({ code, stderr, first: stdout.split('\n')[0]!.split(' [')[0] }).toEqual({ code: 0, stderr: '', first: ['Usage: contrail', ...command].join(' ') })
  })
})

const hasFullDevice = existsSync('/dev/full')
if (!hasFullDevice) console.log('A disk that refuses: skipped in part, because there is no /dev/full here')

describe('A disk that refuses', () => {
  /** Runs through a shell with limits of its own. */
  const shell = (script: string) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', env: { ...process.env, CONTRAIL: program, NODE: process.execPath } })
    return { status, stdout, stderr: stderr.replaceAll(folder, 'FOLDER') }
  }

  test.skipIf(!hasFullDevice)('under standard output is told in one line', () => {
    expect(shell('"$NODE" "$CONTRAIL" show --gold shown > /dev/full')).toEqual({ status: 1, stdout: '', stderr: 'contrail: standard output cannot be written (ENOSPC): check where it goes to\n' })
  })

  test.skipIf(!hasFullDevice)('under --progress ends the run in one line, and the next run goes on', () => {
    const args = 'replay --silver silver --gold full/gold --checkpoints full/checkpoints --max-files-per-trigger 1'
    const { status, stderr } = shell(`"$NODE" "$CONTRAIL" ${args} --progress /dev/full`)
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'contrail: --progress: cannot write /dev/full, because the disk is full or its limit is reached: make room, then start again\n' })
    expect(shell(`"$NODE" "$CONTRAIL" ${args}`)).toMatchObject({ status: 0, stderr: '' })
  })

  test.each(['csv', 'parquet', 'arrow'])('under an export as %s is told in one line, and leaves no half file', (format) => {
    mkdirSync(join(folder, 'limited'), { recursive: true })
    spawnSync(process.execPath, [program, 'sample', 'large', '--minutes', '2', '--rows-per-minute', '5000'], { cwd: folder })
    // A limit of 64 blocks of 1,024 bytes; the signal that comes with it is ignored, so that writing fails as on a full disk.
    const { status, stdout, stderr } = shell(`trap '' XFSZ; ulimit -f 64; "$NODE" "$CONTRAIL" export --table large --to limited/out.${format}`)
    expect({ status, stdout, left: readdirSync(join(folder, 'limited')) }).toEqual({ status: 1, stdout: '', left: [] })
    expect(stderr).toMatch(/^contrail: cannot write FOLDER\/limited\/out\.\w+[^\n]*disk[^\n]*\n$/)
  })
})

const nobody = 65_534
chmodSync(folder, 0o755)
const canBeNobody = process.getuid?.() === 0 && spawnSync(process.execPath, [program, '--version'], { cwd: folder, uid: nobody, gid: nobody }).status === 0
if (!canBeNobody) console.log('Without permission: skipped, because the command cannot be run here as another user')

describe.skipIf(!canBeNobody)('Without permission', () => {
  /** Runs as another user, who may do what everybody may. */
  function runAsNobody(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, uid: nobody, gid: nobody, env: { ...process.env, HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] })
    const texts = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout: texts.stdout, stderr: texts.stderr.replaceAll(folder, 'FOLDER') })))
  }

  beforeAll(() => {
    cpSync(join(folder, 'silver'), join(folder, 'private'), { recursive: true })
    chmodSync(join(folder, 'private'), 0o700)
  })

  test.each([
    [['check', '--silver', 'private'], /no permission to \w+ FOLDER\/private/],
    [['replay', '--silver', 'private', '--gold', 'gold', '--checkpoints', 'checkpoints'], /no permission to \w+ FOLDER\/private/],
    [['replay', '--silver', 'silver', '--gold', 'gold', '--checkpoints', 'checkpoints'], /no permission to make FOLDER\/checkpoints\/gold_\w+ in FOLDER: change its permissions/],
    [['replay', '--silver', 'silver', '--gold', 'gold', '--checkpoints', 'checkpoints', '--progress', 'progress.jsonl'], /--progress: no permission to write FOLDER\/progress\.jsonl/],
    [['show', '--gold', 'private'], /no permission to \w+ FOLDER\/private/],
    [['export', '--table', 'silver', '--to', 'x.csv'], /no permission to write FOLDER\/x\.csv/],
    [['export', '--table', 'silver', '--to', 'new/x.arrow'], /no permission to write FOLDER\/new\/x\.arrow/],
    [['sample', 'new'], /no permission to write FOLDER\/new/]
  ])('%j is refused in one line that names what it may not touch', async (args, message) => {
    const { code, stderr } = await runAsNobody(args)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^contrail: [^\n]+\n$/)])
    expect(stderr).toMatch(message)
  })

  test('contrail check says that the folder cannot be listed', async () => {
    expect(await runAsNobody(['check', '--silver', 'private'])).toMatchObject({ code: 1, stdout: `✓ Reachable: ${join(folder, 'private')}\n✗ Listable\n` })
  })
})

describe('A reader that goes away', () => {
  test.each([['show', '--gold', 'shown'], ['check', '--silver', 'silver'], ['replay', '--help']])('is no error for %j', async (...args) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy() // As `| head -0` does.
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('of errors changes nothing about the code', async () => {
    const child = spawn(process.execPath, [program, 'transmogrify'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.destroy()
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
  })

  test('of a watch ends it quietly', async () => {
    const child = spawn(process.execPath, [program, 'watch', '--silver', 'silver', '--gold', 'watched/gold', '--checkpoints', 'watched/checkpoints'], { cwd: folder, stdio: ['ignore', 'pipe', openSync(join(folder, 'watch.err'), 'w')] })
    child.stdout!.destroy()
    const end = await new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
    expect([end, readFileSync(join(folder, 'watch.err'), 'utf8')]).toEqual([{ code: 0, signal: null }, ''])
  })
})
