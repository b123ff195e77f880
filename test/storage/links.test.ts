import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { openLocalStore } from '#electron/storage/localStore.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const text = (content: Uint8Array) => Buffer.from(content).toString()

/** A folder with a link to a file outside, one to a folder outside, and links that stay inside. */
function linkedFolder(): { readonly folder: string; readonly outside: string } {
  const [folder, outside] = [temporaryFolder('linked'), temporaryFolder('outside')]
  writeFileSync(join(outside, 'secret'), 'secret')
  mkdirSync(join(folder, 'inside'))
  writeFileSync(join(folder, 'inside', 'f'), 'own')
  symlinkSync(join(outside, 'secret'), join(folder, 'file'))
  symlinkSync(outside, join(folder, 'log'))
  symlinkSync(join(folder, 'inside'), join(folder, 'alias'))
  symlinkSync('inside/f', join(folder, 'same'))
  return { folder, outside }
}

/** All are refused, each naming the path. */
async function expectRefused(works: readonly Promise<unknown>[], fault: object): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) expect(outcome).toMatchObject({ status: 'rejected', reason: fault })
}

const refusal = (path: string) => ({ code: 'storage', message: expect.stringMatching(new RegExp(`${path}.* link that leads out of `)) as string })

const reads = (folder: string) => {
  const store = openLocalStore(folder)
  return {
    stat: (path: string) => store.stat(path),
    read: (path: string) => store.read(path),
    readRange: (path: string) => store.readRange(path, 0, 3),
    localFile: (path: string) => store.localFile(path)
  }
}

test.each(['stat', 'read', 'readRange', 'localFile'] as const)('%s follows no link out of its root, whether the file is the link or a folder above it', async (way) => {
  const { folder } = linkedFolder()
  const read = reads(folder)[way]
  for (const path of ['file', 'log/secret']) await expect(read(path)).rejects.toMatchObject(refusal(join(folder, path)))
})

test('a folder that is a link out is not listed, and not taken for a folder', async () => {
  const { folder } = linkedFolder()
  const store = openLocalStore(folder)
  await expectRefused([store.list('log'), store.listDeep('log'), store.hasFolder('log')], refusal(join(folder, 'log')))
})

test('a link out is listed as the link that it is, so that nobody misses it in silence: to a folder, where all below is asked for', async () => {
  const { folder } = linkedFolder()
  const store = openLocalStore(folder)
  expect([(await store.list('')).map(({ path }) => path), (await store.listDeep('')).map(({ path }) => path)]).toEqual([['file', 'same'], ['file', 'inside/f', 'log', 'same']])
  expect((await store.listDeep('')).map(({ path, isFolderOutside }) => [path, isFolderOutside])).toContainEqual(['log', true])
})

test('links that stay inside are followed', async () => {
  const { folder } = linkedFolder()
  const store = openLocalStore(folder)
  expect([text(await store.read('alias/f')), text(await store.read('same')), (await store.stat('alias/f'))?.sizeBytes, (await store.list('alias')).map(({ path }) => path), await store.hasFolder('alias')]).toEqual(['own', 'own', 3, ['alias/f'], true])
})

test('nothing is written, replaced, staged or removed through a link out', async () => {
  const { folder, outside } = linkedFolder()
  const store = openLocalStore(folder)
  const bytes = Buffer.from('new')
  for (const path of ['log/secret', 'log/deeper/new']) {
    await expectRefused([store.putIfAbsent(path, bytes), store.replace(path, bytes), store.stage(path), store.remove(path)], refusal(join(folder, path)))
  }
  expect([readdirSync(outside), readFileSync(join(outside, 'secret'), 'utf8')]).toEqual([['secret'], 'secret'])
})

test('a link in the place of the file itself is replaced, or is in the way, and what it leads to stays as it is', async () => {
  const { folder, outside } = linkedFolder()
  symlinkSync(join(outside, 'nothing yet'), join(folder, 'dangling'))
  const store = openLocalStore(folder)
  expect([await store.putIfAbsent('file', Buffer.from('new')), await store.putIfAbsent('dangling', Buffer.from('new'))]).toEqual([false, false])
  await store.replace('file', Buffer.from('new'))
  await store.remove('dangling')
  expect([text(await store.read('file')), readFileSync(join(outside, 'secret'), 'utf8'), readdirSync(outside), readdirSync(folder).includes('dangling')]).toEqual(['new', 'secret', ['secret'], false])
})

test('a root that is a link is as good as its folder, also when the link is set to another one', async () => {
  const [folder, first, second] = [temporaryFolder('root'), temporaryFolder('first'), temporaryFolder('second')]
  for (const [where, content] of [[first, 'one'], [second, 'two']] as const) writeFileSync(join(where, 'f'), content)
  const root = join(folder, 'current')
  symlinkSync(first, root)
  const store = openLocalStore(root)
  expect(text(await store.read('f'))).toBe('one')
  symlinkSync(second, join(folder, 'next'))
  renameSync(join(folder, 'next'), root)
  expect(text(await store.read('f'))).toBe('two')
  await store.putIfAbsent('a/new', Buffer.from('x'))
  expect(readdirSync(second)).toEqual(['a', 'f'])
  unlinkSync(root)
})

test('a link that is put in the place of a folder after it has been read is noticed', async () => {
  const { folder, outside } = linkedFolder()
  const store = openLocalStore(folder)
  expect(text(await store.read('inside/f'))).toBe('own')
  renameSync(join(folder, 'inside'), join(folder, 'away'))
  symlinkSync(outside, join(folder, 'inside'))
  await expect(store.read('inside/secret')).rejects.toMatchObject(refusal('secret'))
})

test('a pipe, which would be read for ever, is no file', async () => {
  const folder = temporaryFolder('pipe')
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const store = openLocalStore(folder)
  await expectRefused([store.read('pipe'), store.readRange('pipe', 0, 4), store.localFile('pipe')], { code: 'storage', message: expect.stringContaining(`${join(folder, 'pipe')} is not a file`) as string })
  expect(await store.stat('pipe')).toBeUndefined()
})

test('a name with a zero byte is refused in a sentence', async () => {
  const store = openLocalStore(temporaryFolder('zero'))
  await expect(store.read('a\0b')).rejects.toMatchObject({ name: 'Fault', code: 'storage' })
})
