import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { openStorage } from '#electron/storage/openStorage.ts'
import { storageFault } from '#electron/storage/storageFault.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const bytes = (text: string) => Buffer.from(text)
const text = (content: Uint8Array) => Buffer.from(content).toString()

/** All names below a folder, folders and hidden ones too. */
const namesIn = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort()

describe('Listing', () => {
  const folder = temporaryFolder('store')
  const outside = temporaryFolder('outside')
  mkdirSync(join(folder, 'a', 'b'), { recursive: true })
  for (const name of ['z', 'é', 'Z', '\u{1F600}', '\uFF21', 'a/x', 'a/b/y']) writeFileSync(join(folder, name), name)
  writeFileSync(join(outside, 'secret'), 'secret')
  symlinkSync(join(outside, 'secret'), join(folder, 'out'))
  symlinkSync(outside, join(folder, 'outFolder'))
  symlinkSync(folder, join(folder, 'a', 'loop'))
  symlinkSync(join(folder, 'z'), join(folder, 'zz'))
  symlinkSync(join(folder, 'nothing'), join(folder, 'broken'))
  const store = openLocalStore(folder)

  test('gives the files of a folder in the order of their bytes, no folders', async () => {
    expect((await store.list('a')).map((entry) => entry.path)).toEqual(['a/x'])
    expect((await store.list('')).map((entry) => entry.path).filter((path) => path !== 'out')).toEqual(['Z', 'z', 'zz', 'é', '\uFF21', '\u{1F600}'])
  })

  test('may begin at a name', async () => {
    expect((await store.list('', 'zz')).map((entry) => entry.path)).toEqual(['zz', 'é', '\uFF21', '\u{1F600}'])
  })

  test('of everything below goes through no link, and tells of those that lead out', async () => {
    expect((await store.listDeep('')).map((entry) => entry.path)).toEqual(['Z', 'a/b/y', 'a/x', 'out', 'outFolder', 'z', 'zz', 'é', '\uFF21', '\u{1F600}'])
    expect((await store.listDeep('a')).map((entry) => entry.path)).toEqual(['a/b/y', 'a/x'])
  })

  test('a folder that is not there gives nothing', async () => {
    expect([await store.list('none'), await store.listDeep('none'), await store.hasFolder('none'), await store.hasFolder('a')]).toEqual([[], [], false, true])
  })

  test('tells size and time', async () => {
    utimesSync(join(folder, 'z'), 1000, 1000.5)
    expect(await store.stat('z')).toEqual({ path: 'z', sizeBytes: 1, modifiedMs: 1_000_500 })
    expect([await store.stat('none'), await store.stat('z/none')]).toEqual([undefined, undefined])
  })

  test('a link that leads out is not handed to DuckDB', async () => {
    await expect(store.localFile('out')).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining(join(folder, 'out')) as string })
    expect((await store.localFile('zz')).path).toBe(join(folder, 'zz'))
  })
})

describe('Reading', () => {
  const folder = temporaryFolder('store')
  writeFileSync(join(folder, 'f'), '0123456789')
  const store = openLocalStore(folder)

  test('gives the whole object, or a part, short at its end', async () => {
    expect([text(await store.read('f')), text(await store.readRange('f', 2, 3)), text(await store.readRange('f', 8, 10)), text(await store.readRange('f', 20, 1))]).toEqual(['0123456789', '234', '89', ''])
  })

  test.each(['none', 'f/none', 'folder/none'])('%s, which is not there, is a Fault that names it', async (path) => {
    const fault = { code: 'notFound', message: expect.stringContaining(join(folder, path)) as string }
    await expect(store.read(path)).rejects.toMatchObject(fault)
    await expect(store.readRange(path, 0, 1)).rejects.toMatchObject(fault)
    await expect(store.localFile(path)).rejects.toMatchObject(fault)
  })

  test('a path that climbs out is refused', async () => {
    await expect(store.read('../f')).rejects.toMatchObject({ code: 'storage' })
  })
})

describe('Writing', () => {
  test('of two that put the same new object exactly one wins, and nothing is left over', async () => {
    const folder = temporaryFolder('store')
    const store = openLocalStore(join(folder, 'deep'))
    const names = Array.from({ length: 20 }, (_, i) => `writer ${i}`)
    const won = await Promise.all(names.map((name) => store.putIfAbsent('log/1.json', bytes(name))))
    const winners = names.filter((_, i) => won[i])
    expect({ winners, content: text(await store.read('log/1.json')), names: namesIn(folder) }).toEqual({ winners: [winners[0]], content: winners[0], names: ['deep', 'deep/log', 'deep/log/1.json'] })
    expect(await store.putIfAbsent('log/1.json', bytes('late'))).toBe(false)
  })

  test('replacing leaves the new object and nothing else', async () => {
    const folder = temporaryFolder('store')
    const store = openLocalStore(folder)
    await store.replace('a/f', bytes('old'))
    await store.replace('a/f', bytes('new'))
    expect([text(await store.read('a/f')), namesIn(folder)]).toEqual(['new', ['a', 'a/f']])
  })

  test('removing what is not there is no error', async () => {
    const store = openLocalStore(temporaryFolder('store'))
    await store.replace('f', bytes('x'))
    await store.remove('f')
    await store.remove('f')
    expect(await store.stat('f')).toBeUndefined()
  })

  test('a staged object is visible once it is published, under its name only', async () => {
    const folder = temporaryFolder('store')
    const store = openLocalStore(folder)
    const staged = await store.stage('part/a.parquet')
    writeFileSync(staged.file, 'rows')
    expect(await store.stat('part/a.parquet')).toBeUndefined()
    const { path, sizeBytes } = await staged.publish()
    expect({ path, sizeBytes, names: namesIn(folder) }).toEqual({ path: 'part/a.parquet', sizeBytes: 4, names: ['part', 'part/a.parquet'] })
  })

  test('a staged object that is discarded leaves nothing, written or not', async () => {
    const folder = temporaryFolder('store')
    const store = openLocalStore(folder)
    const [written, untouched] = [await store.stage('a.parquet'), await store.stage('b.parquet')]
    writeFileSync(written.file, 'rows')
    await written.discard()
    await untouched.discard()
    expect(namesIn(folder)).toEqual([])
  })

  test('a file where a folder should be is a Fault that names the path', async () => {
    const folder = temporaryFolder('store')
    writeFileSync(join(folder, 'f'), '')
    for (const write of [openLocalStore(folder).putIfAbsent('f/a', bytes('')), openLocalStore(folder).replace('f/a', bytes(''))]) {
      await expect(write).rejects.toMatchObject({ name: 'Fault', message: expect.stringContaining(join(folder, 'f', 'a')) as string })
    }
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk is a Fault that says so', () => {
    let fault: unknown
    try {
      writeFileSync('/dev/full', 'x')
    } catch (error) {
      fault = storageFault(error, 'write', '/gold/a.parquet')
    }
    expect(fault).toMatchObject({ code: 'storage', message: expect.stringMatching(/\/gold\/a\.parquet.*disk is full/) as string })
  })
})

describe('Opening', () => {
  test.each([
    ['silver', '/base/silver'],
    ['/data/silver/', '/data/silver'],
    ['file:///data/a%20b', '/data/a b'],
    ['file:/data', '/data'],
    ['../silver', '/silver']
  ])('%s means %s', (uri, root) => {
    expect(openStorage(uri, '/base').root).toBe(root)
  })

  test.each([
    ['s3://bucket/silver', 'usage', 'a folder of this machine is needed'],
    ['s3a://bucket/silver', 'usage', 'a folder of this machine is needed'],
    ['abfss://x@y/z', 'unsupported', 'abfss:'],
    ['file://host/data', 'usage', 'file://host/data'],
    ['', 'usage', 'empty']
  ])('%s is refused', (uri, code, message) => {
    let fault: unknown
    try {
      openStorage(uri)
    } catch (error) {
      fault = error
    }
    expect(fault).toMatchObject({ code, message: expect.stringContaining(message) as string })
  })

  test('a folder that is not there is opened without being made', () => {
    const folder = join(temporaryFolder('store'), 'later')
    openStorage(folder)
    expect(existsSync(folder)).toBe(false)
  })

  test('written text comes back whole', async () => {
    const folder = temporaryFolder('store')
    await openStorage(folder).replace('f', bytes('x'))
    expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('x')
  })
})
