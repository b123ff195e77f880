import { Command } from 'commander'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addPipelineFlags, flagsAsFile, type PipelineFlags } from '#electron/commands/pipelineFlags.ts'
import { resolvePipeline } from '#electron/commands/settings.ts'
import type { Pipeline } from '#shared/pipeline/pipeline.ts'
import { encodings, noText } from '#test/support/encodings.ts'
import { temporaryFolder } from '#test/support/folders.ts'

interface Given {
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Files of the working directory. */
  readonly files?: Readonly<Record<string, string | Buffer>>
}

const uris = ['--silver', '/s', '--gold', '/g', '--checkpoints', '/c']

function resolveIn(folder: string, { args = [], environment = {}, files = {} }: Given): Pipeline {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const flags = addPipelineFlags(new Command('replay')).exitOverride().configureOutput({ outputError: () => undefined }).parse([...args], { from: 'user' }).opts<PipelineFlags>()
  return resolvePipeline({ pipeline: flags.pipeline, flags: flagsAsFile(flags), query: flags.query, environment, workingDirectory: folder })
}

const resolveGiven = (given: Given): Pipeline => resolveIn(temporaryFolder('settings'), given)
const withArgs = (...args: string[]): Pipeline => resolveGiven({ args: [...uris, ...args] })
const withFile = (file: unknown, ...args: string[]): Pipeline => resolveGiven({ args: ['--pipeline', 'p.json', ...args], files: { 'p.json': JSON.stringify(file) } })

/** What differs from the pipeline without the flag, as path and value. */
function changes(pipeline: Pipeline): Record<string, unknown> {
  const flat = (value: unknown, path: string): [string, unknown][] =>
    typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => flat(item, path === '' ? key : `${path}.${key}`)) : [[path, value]]
  const before = new Map(flat(withArgs(), ''))
  return Object.fromEntries(flat(pipeline, '').filter(([path, value]) => before.get(path) !== value))
}

const cases: readonly (readonly [args: readonly string[], changed: Readonly<Record<string, unknown>>])[] = [
  [['--silver', '/other'], { 'silver.uri': '/other' }],
  [['--gold', '/other'], { 'gold.uri': '/other' }],
  [['--checkpoints', '/other'], { 'checkpoints.uri': '/other' }],
  [['--endpoint', 'http://minio:9000'], { 's3.endpoint': 'http://minio:9000' }],
  [['--region', 'eu-west-1'], { 's3.region': 'eu-west-1' }],
  [['--path-style'], { 's3.pathStyle': true }],
  [['--path-style', 'no'], { 's3.pathStyle': false }],
  [['--profile', 'lake'], { 's3.profile': 'lake' }],
  [['--no-sign-request'], { 's3.anonymous': true }],
  [['--format', 'parquet'], { 'silver.format': 'parquet' }],
  [['--max-files-per-trigger', '7'], { 'silver.maxFilesPerTrigger': 7 }],
  [['--max-bytes-per-trigger', '10m'], { 'silver.maxBytesPerTrigger': 10_485_760 }],
  [['--max-bytes-per-trigger', '1000'], { 'silver.maxBytesPerTrigger': 1000 }],
  [['--starting-version', '3'], { 'silver.startingVersion': 3 }],
  [['--starting-version', 'latest'], { 'silver.startingVersion': 'latest' }],
  [['--starting-timestamp', '2026-01-23'], { 'silver.startingTimestamp': '2026-01-23' }],
  [['--skip-change-commits'], { 'silver.skipChangeCommits': true }],
  [['--skip-change-commits', 'yes'], { 'silver.skipChangeCommits': true }],
  [['--skip-change-commits', 'no'], {}],
  [['--ignore-deletes'], { 'silver.ignoreDeletes': true }],
  [['--ignore-changes', 'TRUE'], { 'silver.ignoreChanges': true }],
  [['--fail-on-data-loss', 'false'], { 'silver.failOnDataLoss': false }],
  [['--fail-on-data-loss', '0'], { 'silver.failOnDataLoss': false }],
  [['--fail-on-data-loss'], {}],
  [['--columns', 'a=b'], { 'silver.columns.a.from': 'b' }],
  [['--columns', 'a=b*3.6', 'c = d', '--columns', 'e=f*\u22122'], { 'silver.columns.a.from': 'b', 'silver.columns.a.factor': 3.6, 'silver.columns.c.from': 'd', 'silver.columns.e.from': 'f', 'silver.columns.e.factor': -2 }],
  // Names as they are, blanks and all; only those around `=` and `*` are no part of them.
  [['--columns', 'a=\ufeffb', '\ufeffc=\ufeff', 'e= f'], { 'silver.columns.a.from': '\ufeffb', 'silver.columns.\ufeffc.from': '\ufeff', 'silver.columns.e.from': ' f' }],
  [['--columns', 'a = \ufeffb * 2', 'c=d *3', 'e=\u00a0f\u00a0'], { 'silver.columns.a.from': '\ufeffb', 'silver.columns.a.factor': 2, 'silver.columns.c.from': 'd ', 'silver.columns.c.factor': 3, 'silver.columns.e.from': '\u00a0f\u00a0' }],
  [['--columns', '{"a": {"from": "b", "factor": 2}}'], { 'silver.columns.a.from': 'b', 'silver.columns.a.factor': 2 }],
  [['--columns', '{"a": {"from": "b", "as": "epoch seconds"}}'], { 'silver.columns.a.from': 'b', 'silver.columns.a.as': 'epoch seconds' }],
  [['--column', 'a=b'], { 'silver.columns.a.from': 'b' }],
  [['--column', 'a = b * 0.3048', '--column', 'c=d as epoch milliseconds', '--columns', 'e=f*2'], { 'silver.columns.a.from': 'b', 'silver.columns.a.factor': 0.3048, 'silver.columns.c.from': 'd', 'silver.columns.c.as': 'epoch milliseconds', 'silver.columns.e.from': 'f', 'silver.columns.e.factor': 2 }],
  [['--column', 'a=b as ISO text'], { 'silver.columns.a.from': 'b', 'silver.columns.a.as': 'ISO text' }],
  [['--column', 'a=b as local time in America/New_York'], { 'silver.columns.a.from': 'b', 'silver.columns.a.as': 'local time', 'silver.columns.a.zone': 'America/New_York' }],
  [['--column', 'a=b as country of address'], { 'silver.columns.a.from': 'b', 'silver.columns.a.as': 'country of address' }],
  [['--column', 'a=b*−0.5 as phase of flight on ground by the ground'], { 'silver.columns.a.from': 'b', 'silver.columns.a.factor': -0.5, 'silver.columns.a.as': 'phase of flight', 'silver.columns.a.onGround': 'the ground' }],
  [['--column', '\ufeffa=\ufeffb c\u00a0as d'], { 'silver.columns.\ufeffa.from': '\ufeffb c\u00a0as d' }],
  [['--on-bad-file', 'quarantine'], { 'silver.onBadFile': 'quarantine' }],
  [['--phase-window', '2 minutes'], { 'queries.flight_phase_counts.windowUs': 120_000_000n }],
  [['--phase-watermark-delay', '3 minutes'], { 'queries.flight_phase_counts.watermarkDelayMs': 180_000 }],
  [['--alert-window', '10 minutes'], { 'queries.anomaly_alerts.windowUs': 600_000_000n }],
  [['--alert-slide', '5 minutes'], { 'queries.anomaly_alerts.slideUs': 300_000_000n }],
  [['--alert-watermark-delay', '1 hour'], { 'queries.anomaly_alerts.watermarkDelayMs': 3_600_000 }],
  [['--altitude-min', '-200.5'], { 'queries.anomaly_alerts.thresholds.altitudeMin': -200.5 }],
  [['--altitude-min', '\u2212200'], { 'queries.anomaly_alerts.thresholds.altitudeMin': -200 }],
  [['--altitude-max=11000'], { 'queries.anomaly_alerts.thresholds.altitudeMax': 11_000 }],
  [['--velocity-min', '10'], { 'queries.anomaly_alerts.thresholds.velocityMin': 10 }],
  [['--velocity-max', '1e2'], { 'queries.anomaly_alerts.thresholds.velocityMax': 100 }]
]

describe('A flag', () => {
  test.each(cases)('%j sets what it names and nothing else', (args, changed) => {
    expect(changes(withArgs(...args))).toEqual(changed)
  })

  test('is there for every setting, and each is in the table above', () => {
    const all = addPipelineFlags(new Command('replay')).options.map((option) => option.long)
    const tried = new Set(cases.flatMap(([args]) => args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0])))
    expect(all.filter((flag) => !tried.has(flag!))).toEqual(['--pipeline', '--query', '--progress'])
  })

  test.each([
    [['--altitude-max', 'high'], "option '--altitude-max <metres>' argument 'high' is invalid. It must be a number."],
    [['--altitude-max', ''], "option '--altitude-max <metres>' argument '' is invalid. It must be a number."],
    [['--altitude-max', 'NaN'], "option '--altitude-max <metres>' argument 'NaN' is invalid. It must be a number."],
    [['--altitude-max', 'Infinity'], "option '--altitude-max <metres>' argument 'Infinity' is invalid. It must be a number."],
    [['--altitude-max'], "option '--altitude-max <metres>' argument missing"],
    [['--starting-version', 'newest'], "option '--starting-version <n>' argument 'newest' is invalid. It must be a whole number or latest."],
    [['--starting-version', '1.5'], 'silver.startingVersion is 1.5: must be a whole number or "latest"'],
    [['--max-files-per-trigger', '0'], 'silver.maxFilesPerTrigger is 0: must be at least 1'],
    [['--ignore-deletes', 'perhaps'], "option '--ignore-deletes [yes]' argument 'perhaps' is invalid. It must be true or false."],
    [['--columns', 'a'], '--columns is a: write it as velocity_kmh=velocity*3.6'],
    [['--columns', 'a=b*c'], '--columns is a=b*c: write it as velocity_kmh=velocity*3.6'],
    [['--columns', '{"a"'], '--columns is {"a", which is not JSON.'],
    [['--column', 'a'], "--column is a: write it as 'event_timestamp=time as epoch seconds' or 'altitude_meters=alt_baro * 0.3048'"],
    [['--column', 'a=b * c'], '--column is a=b * c, and the factor c is not a number: write it as'],
    [['--column', 'a=b as epoch'], '--column is a=b as epoch, and a column can be read as epoch seconds, epoch milliseconds, epoch microseconds, epoch nanoseconds, ISO text, local time, country of address, phase of flight, not as epoch: write it as'],
    [['--column', 'a=b as local time'], 'the command line: silver.columns.a.zone is missing: "as": "local time" needs the time zone'],
    [['--column', 'a=b as ISO text in Berlin'], 'the command line: silver.columns.a.zone is "Berlin": no time zone has this name'],
    [['--column', 'a=b as epoch seconds in UTC'], 'the command line: silver.columns.a.zone is "UTC": only "as": "ISO text" and "as": "local time" ask for it'],
    [['--column', 'a=b', '--column', 'a=c'], '--column gives a twice: give it once'],
    [['--column', 'a=b', '--column', 'A=c'], 'the command line: silver.columns.A is {"from":"c"}: the mapping has a too, which differs only by case: keep one of them'],
    [['--format', 'csv'], 'the command line: silver.format is "csv": must be "auto" or "delta" or "parquet"'],
    [['--altitude-min', '5', '--altitude-max', '4'], 'altitudeMin (5) is above altitudeMax (4)'],
    [['--query', 'phases'], '--query is phases: it can be flight_phase_counts or anomaly_alerts']
  ])('that cannot be meant, %j, is refused with its name', (args, message) => {
    expect(() => withArgs(...args)).toThrow(message)
  })
})

describe.each(Object.entries(encodings))('In %s', (_, encode) => {
  const uri = '/Größe/\u{1f600}'
  const places = { silver: { uri }, gold: { uri: '/g' }, checkpoints: { uri: '/c' } }

  test('a pipeline file is read', () => {
    for (const end of ['\n', '\r\n']) expect(resolveGiven({ args: ['--pipeline', 'p.json'], files: { 'p.json': encode(JSON.stringify(places, undefined, 1).replaceAll('\n', end)) } }).silver.uri).toBe(uri)
  })

  test('.env is read, its first variable too', () => {
    for (const end of ['\n', '\r\n']) {
      const { silver, gold, checkpoints } = resolveGiven({ files: { '.env': encode([`CONTRAIL_SILVER_URI=${uri}`, 'CONTRAIL_GOLD_URI="/g" # where gold is', "export CONTRAIL_CHECKPOINTS_URI = '/c'", ''].join(end)) } })
      expect([silver.uri, gold.uri, checkpoints.uri]).toEqual([uri, '/g', '/c'])
    }
  })
})

test.each(Object.entries(noText))('A settings file %s is refused with its name', (_, encode) => {
  expect(() => resolveGiven({ args: ['--pipeline', 'p.json'], files: { 'p.json': encode('{"silver": {}}') } })).toThrow(/p\.json is not text in UTF-(8|16LE): save it as UTF-8/)
  expect(() => resolveGiven({ args: uris, files: { '.env': encode('CONTRAIL_SILVER_URI=/s\n') } })).toThrow(/\.env is not text in UTF-(8|16LE): save it as UTF-8/)
})

describe('A setting', () => {
  test('is taken from the flag, else the file, else the environment, else .env', () => {
    const all = ['--silver', '--gold', '--checkpoints']
    const environment = { CONTRAIL_SILVER_URI: '/environment', CONTRAIL_GOLD_URI: '/environment', CONTRAIL_CHECKPOINTS_URI: '/environment' }
    const dotEnv = 'CONTRAIL_SILVER_URI=/dotenv\nCONTRAIL_GOLD_URI="/dotenv"\n# a remark\nCONTRAIL_CHECKPOINTS_URI=/dotenv\n'
    const file = JSON.stringify({ silver: { uri: '/file' }, gold: { uri: '/file' }, checkpoints: { uri: '/file' } })
    const places = (given: Given) => {
      const { silver, gold, checkpoints } = resolveGiven(given)
      return [silver.uri, gold.uri, checkpoints.uri]
    }
    expect({
      flag: places({ args: [...all.flatMap((flag) => [flag, '/flag']), '--pipeline', 'p.json'], environment, files: { 'p.json': file, '.env': dotEnv } }),
      file: places({ args: ['--pipeline', 'p.json'], environment, files: { 'p.json': file, '.env': dotEnv } }),
      environment: places({ environment, files: { '.env': dotEnv } }),
      dotEnv: places({ files: { '.env': dotEnv } }),
      each: places({ args: ['--gold', '/flag'], environment: { CONTRAIL_SILVER_URI: '/environment', CONTRAIL_CHECKPOINTS_URI: '' }, files: { '.env': dotEnv } })
    }).toEqual({
      flag: ['/flag', '/flag', '/flag'],
      file: ['/file', '/file', '/file'],
      environment: ['/environment', '/environment', '/environment'],
      dotEnv: ['/dotenv', '/dotenv', '/dotenv'],
      each: ['/environment', '/flag', '/dotenv']
    })
  })

  test('that says where something is, is relative to the file it stands in, and to the working directory elsewhere', () => {
    const folder = temporaryFolder('settings')
    const { silver, gold, checkpoints } = resolveIn(folder, {
      args: ['--pipeline', 'deep/p.json', '--gold', 'gold'],
      environment: { CONTRAIL_CHECKPOINTS_URI: '../c' },
      files: { 'deep/p.json': JSON.stringify({ silver: { uri: '../data/silver' }, gold: { uri: 'not this' } }) }
    })
    expect([silver.uri, gold.uri, checkpoints.uri]).toEqual([join(folder, 'data/silver'), join(folder, 'gold'), join(folder, '../c')])
  })

  test('that is an address with a scheme stays as it is', () => {
    expect(withFile({ silver: { uri: 's3://bucket/silver' }, gold: { uri: '/g' }, checkpoints: { uri: '/c' } }).silver.uri).toBe('s3://bucket/silver')
  })

  test('of the file stays, beside a flag for another one', () => {
    const file = { silver: { uri: '/s', maxFilesPerTrigger: 5, onBadFile: 'quarantine' }, gold: { uri: '/g' }, checkpoints: { uri: '/c' }, queries: { anomaly_alerts: { window: '10 minutes', thresholds: { altitudeMin: -5 } } } }
    const { silver, queries } = withFile(file, '--max-files-per-trigger', '6', '--altitude-max', '100')
    expect([silver.maxFilesPerTrigger, silver.onBadFile, queries]).toEqual([
      6,
      'quarantine',
      { anomaly_alerts: { windowUs: 600_000_000n, slideUs: 60_000_000n, watermarkDelayMs: 360_000, thresholds: { altitudeMin: -5, altitudeMax: 100, velocityMin: 0, velocityMax: 1000 } } }
    ])
  })

  test('given for columns by a flag takes the place of the file\'s, factors and all', () => {
    const file = { silver: { uri: '/s', columns: { velocity_kmh: { from: 'knots', factor: 1.852 } } }, gold: { uri: '/g' }, checkpoints: { uri: '/c' } }
    expect(withFile(file, '--columns', 'velocity_kmh=kmh').silver.columns).toEqual({ velocity_kmh: { from: 'kmh' } })
  })

  test('of the start is replaced by a flag for the other kind of start', () => {
    const start = (silver: object, ...flags: readonly string[]) => {
      const { startingVersion, startingTimestamp } = withFile({ silver: { uri: '/s', ...silver }, gold: { uri: '/g' }, checkpoints: { uri: '/c' } }, ...flags).silver
      return [startingVersion, startingTimestamp]
    }
    expect(start({ startingTimestamp: '2026-01-23' }, '--starting-version', '3')).toEqual([3, null])
    expect(start({ startingVersion: 3 }, '--starting-timestamp', '2026-01-23')).toEqual([null, '2026-01-23'])
    expect(() => start({}, '--starting-version', '3', '--starting-timestamp', '2026-01-23')).toThrow('startingTimestamp')
  })

  test('nowhere given is asked for with all the ways to give it', () => {
    expect(() => resolveGiven({ args: ['--silver', '/s'] })).toThrow('it is not said where gold is: give --gold DIR, gold.uri in a file for --pipeline, or CONTRAIL_GOLD_URI')
  })
})

describe('The queries that run', () => {
  const places = { silver: { uri: '/s' }, gold: { uri: '/g' }, checkpoints: { uri: '/c' } }
  const names = ({ queries }: Pipeline) => Object.keys(queries)

  test.each([
    ['no file and no flag', () => withArgs(), ['flight_phase_counts', 'anomaly_alerts']],
    ['a flag of one of them', () => withArgs('--altitude-max', '11000'), ['flight_phase_counts', 'anomaly_alerts']],
    ['a file without queries and a flag of one', () => withFile(places, '--altitude-max', '11000'), ['flight_phase_counts', 'anomaly_alerts']],
    ['a file without queries and a flag of the other', () => withFile(places, '--phase-window', '2 minutes'), ['flight_phase_counts', 'anomaly_alerts']],
    ['a file with one', () => withFile({ ...places, queries: { anomaly_alerts: {} } }), ['anomaly_alerts']],
    ['a file with one and a flag of it', () => withFile({ ...places, queries: { anomaly_alerts: {} } }, '--altitude-max', '11000'), ['anomaly_alerts']],
    ['a file with one and a flag of the other', () => withFile({ ...places, queries: { flight_phase_counts: {} } }, '--altitude-max', '11000'), ['flight_phase_counts', 'anomaly_alerts']],
    ['--query', () => withArgs('--query', 'flight_phase_counts'), ['flight_phase_counts']],
    ['--query and a flag of it', () => withArgs('--query', 'anomaly_alerts', '--altitude-max', '11000'), ['anomaly_alerts']],
    ['--query for one that the file leaves out', () => withFile({ ...places, queries: { flight_phase_counts: {} } }, '--query', 'anomaly_alerts'), ['anomaly_alerts']]
  ])('with %s', (_, pipeline, expected) => {
    expect(names(pipeline())).toEqual(expected)
  })

  test('keep the file\'s settings under --query', () => {
    const { queries } = withFile({ ...places, queries: { flight_phase_counts: { window: '2 minutes' }, anomaly_alerts: {} } }, '--query', 'flight_phase_counts')
    expect(queries).toEqual({ flight_phase_counts: { windowUs: 120_000_000n, watermarkDelayMs: 120_000 } })
  })
})

describe('A pipeline file', () => {
  test.each([
    ['{"silver": ', 'p.json is not JSON: '],
    ['', 'p.json is not JSON: '],
    ['[]', 'p.json holds no JSON object'],
    ['null', 'p.json holds no JSON object'],
    ['{"silver": "/s"}', 'p.json: silver is "/s": must be an object'],
    ['{"silver": {"uri": 5}}', 'p.json: silver.uri is 5: must be text'],
    ['{"silver": {"path": "/s"}}', 'p.json: silver.path is not a setting'],
    ['{"sliver": {"uri": "/s"}}', 'p.json: sliver is not a setting']
  ])('that holds %s is refused with its name', (text, message) => {
    expect(() => resolveGiven({ args: ['--pipeline', 'p.json', '--gold', '/g', '--checkpoints', '/c'], environment: { CONTRAIL_SILVER_URI: '/environment' }, files: { 'p.json': text } })).toThrow(message)
  })

  test('that is not there, or is a folder, is named', () => {
    const folder = temporaryFolder('settings')
    for (const name of ['none.json', '.']) {
      expect(() => resolveIn(folder, { args: ['--pipeline', name] })).toThrow(`the pipeline file ${join(folder, name)} cannot be read: check the path`)
    }
  })
})

test('A key that is written wrong is named, also where it leaves out what is needed', () => {
  expect(() => withFile({ silver: { url: '/s' }, gold: { uri: '/g' }, checkpoints: { uri: '/c' } })).toThrow('p.json: silver.uri is missing; silver.url is not a setting')
})

test('A .env that cannot be read is named', () => {
  const folder = temporaryFolder('settings')
  mkdirSync(join(folder, '.env'))
  expect(() => resolveIn(folder, { args: uris })).toThrow(`${join(folder, '.env')} cannot be read: make it a readable file, or move it away`)
})
