import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openKeyVault } from '#electron/app/keyVault.ts'
import { resetStandIn, safeStorage, standIn } from '#test/support/electronStandIn.ts'
import { temporaryFolder } from '#test/support/folders.ts'

const keys = { accessKeyId: 'AKIAKEPT', secretAccessKey: 'a kept secret', sessionToken: 'a kept token' }

let file: string
beforeEach(() => {
  resetStandIn()
  file = join(temporaryFolder('vault'), 'data', 's3-keys.json')
})

const open = (platform: NodeJS.Platform = 'linux') => openKeyVault(safeStorage, file, platform)

describe('keys in the keychain', () => {
  test('are there for the next start, in a file that its owner alone may read, and that holds none of them', async () => {
    await open().keep('lake', keys)
    await open().keep('second', { accessKeyId: 'AKIATWO', secretAccessKey: 'two' })
    expect([await open().read('lake'), await open().read('second'), await open().read('third'), await open().read('toString')]).toEqual([keys, { accessKeyId: 'AKIATWO', secretAccessKey: 'two' }, undefined, undefined])
    const text = readFileSync(file, 'latin1')
    for (const secret of Object.values(keys)) for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -2)]) expect(text).not.toContain(form)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('are forgotten, and others stay', async () => {
    const vault = open()
    await Promise.all([vault.keep('lake', keys), vault.keep('second', keys)])
    await vault.forget('lake')
    await vault.forget('never there')
    expect([await vault.read('lake'), await vault.read('second')]).toEqual([undefined, keys])
    expect(readFileSync(file, 'utf8')).not.toContain('lake')
  })

  test('of one bucket do not open another', async () => {
    await open().keep('lake', keys)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"lake"', '"other"'))
    expect(await open().read('other')).toBeUndefined()
  })

  test.each([
    ['another keychain', () => void (standIn.keychainId = 2)],
    ['no keychain', () => void (standIn.keychain = undefined)],
    ['a damaged file', () => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -10))],
    ['a file of a newer version', () => writeFileSync(file, readFileSync(file, 'utf8').replace('"formatVersion": 1', '"formatVersion": 2'))],
    ['an entry that is no text', () => writeFileSync(file, '{"formatVersion": 1, "keys": {"lake": 7}}')]
  ])('%s: none are given', async (_what, happen) => {
    await open().keep('lake', keys)
    happen()
    expect(await open().read('lake')).toBeUndefined()
  })
})

describe('no keys are kept where they would not be safe, and why is said', () => {
  test.each<[string, typeof standIn.keychain, NodeJS.Platform, RegExp | null]>([
    ['without a keychain', undefined, 'darwin', /^this system has no keychain that can be used now$/],
    ['where Chromium would use a password of its own', 'basic_text', 'linux', /^no keyring is running on this system/],
    ['on Linux with a keyring', 'kwallet6', 'linux', null],
    ['on other systems, which tell of no backend', 'basic_text', 'win32', null]
  ])('%s', async (_what, keychain, platform, why) => {
    standIn.keychain = keychain
    const vault = open(platform)
    if (why === null) return expect(vault.cannotKeep()).toBeNull()
    expect(vault.cannotKeep()).toMatch(why)
    await expect(vault.keep('lake', keys)).rejects.toThrow(/^keys cannot be kept, because .*: leave that out, and they hold for this session$/)
  })

  test('a keychain that refuses is told, without what it was given', async () => {
    const vault = openKeyVault({ ...safeStorage, encryptString: () => { throw new Error(`locked: ${keys.secretAccessKey}`) } }, file)
    await expect(vault.keep('lake', keys)).rejects.toThrow(/^the keychain of this system does not take the keys: unlock it and connect again, or leave out keeping them$/)
  })
})
