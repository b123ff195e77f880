import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRecentSources, type RecentSources } from '#electron/host/recentSources.ts'
import { temporaryFolder } from '#test/support/folders.ts'

/** A list whose clock goes on by a second with every look. */
function openIn(dataFolder: string): RecentSources {
  let nowMs = 0
  return openRecentSources(dataFolder, { nowMs: () => (nowMs += 1000), sleep: () => Promise.resolve() })
}

describe('recent sources', () => {
  test('come the latest first, each once, with what was seen', async () => {
    const data = join(temporaryFolder('recent'), 'data')
    const recent = openIn(data)
    await recent.remember('/a', 'Delta v1, 1 file')
    await recent.remember('/b', '2 files')
    await recent.remember('/a', 'Delta v2, 2 files')
    expect(await openIn(data).list()).toEqual([
      { path: '/a', openedMs: 3000, text: 'Delta v2, 2 files', there: false },
      { path: '/b', openedMs: 2000, text: '2 files', there: false }
    ])
  })

  test('that are gone are marked, and come back', async () => {
    const data = temporaryFolder('recent')
    const silver = join(data, 'silver')
    const recent = openIn(data)
    const isThere = async () => (await recent.list()).map(({ there }) => there)
    mkdirSync(silver)
    await recent.remember(silver, '')
    const before = await isThere()
    rmSync(silver, { recursive: true })
    const gone = await isThere()
    mkdirSync(silver)
    expect([before, gone, await isThere()]).toEqual([[true], [false], [true]])
  })

  test('are thirty at most; changes at the same time are all kept', async () => {
    const data = temporaryFolder('recent')
    const recent = openIn(data)
    await Promise.all(Array.from({ length: 32 }, (_, i) => recent.remember(`/silver ${i}`, '')))
    const paths = (await recent.list()).map(({ path }) => path)
    expect([paths.length, paths[0], paths.at(-1), readdirSync(data)]).toEqual([30, '/silver 31', '/silver 2', ['sources.json']])
  })

  test('keep a mapping each, until it is emptied', async () => {
    const data = temporaryFolder('recent')
    await openIn(data).keepMapping('/a', { velocity_kmh: { from: 'velocity', factor: 3.6 } })
    await openIn(data).keepMapping('/b', { flight_phase: { from: 'phase' } })
    const recent = openIn(data)
    const kept = [await recent.mappingOf('/a'), await recent.mappingOf('/b/'), await recent.mappingOf('/c'), await recent.list()]
    await recent.keepMapping('/a', {})
    expect([...kept, await recent.mappingOf('/a')]).toEqual([{ velocity_kmh: { from: 'velocity', factor: 3.6 } }, { flight_phase: { from: 'phase' } }, {}, [], {}])
  })

  test('of another version, or damaged, are moved aside at the first change', async () => {
    const data = temporaryFolder('recent')
    const texts = ['{"version": 99, "sources": "all"}', 'no JSON']
    const seen = []
    for (const text of texts) {
      writeFileSync(join(data, 'sources.json'), text)
      const recent = openIn(data)
      seen.push(await recent.list(), readdirSync(data).length)
      await recent.remember('/a', '')
      seen.push((await recent.list()).length)
    }
    expect([seen, ...['sources.aside.json', 'sources.aside-2.json'].map((name) => readFileSync(join(data, name), 'utf8'))]).toEqual([[[], 1, 1, [], 2, 1], ...texts])
  })

  test('keep the form of a mapping, and none that Contrail would not make', async () => {
    const data = temporaryFolder('recent')
    const mapping = { event_timestamp: { from: 'seen', as: 'local time', zone: 'Europe/Berlin' } } as const
    await openIn(data).keepMapping('/a', mapping)
    const kept = await openIn(data).mappingOf('/a')
    const others = [{ from: 'seen', as: 'noon' }, { from: 'seen', as: 'local time' }, { from: 'seen', as: 'ISO text', zone: '; --' }]
    const mappings = others.map((origin, i) => ({ path: `/${i}`, mapping: { event_timestamp: origin } }))
    writeFileSync(join(data, 'sources.json'), JSON.stringify({ version: 1, sources: [], mappings }))
    const found = await Promise.all(others.map((_, i) => openIn(data).mappingOf(`/${i}`)))
    expect([kept, ...found]).toEqual([mapping, {}, {}, {}])
  })

  test('that are of no sense in the file are left out', async () => {
    const data = temporaryFolder('recent')
    writeFileSync(join(data, 'sources.json'), JSON.stringify({ version: 1, sources: [null, { path: 1 }, { path: '/a', openedMs: 1, text: 'x' }], mappings: [{ path: '/a', mapping: { a: { from: 1 } } }] }))
    expect([(await openIn(data).list()).map(({ path }) => path), await openIn(data).mappingOf('/a')]).toEqual([['/a'], {}])
  })

  test('name the file where it cannot be written', async () => {
    const data = temporaryFolder('recent')
    writeFileSync(join(data, 'file'), '')
    await expect(openIn(join(data, 'file')).remember('/a', '')).rejects.toThrow(join(data, 'file', 'sources.json'))
  })
})
