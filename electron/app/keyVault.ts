import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { parseObject } from '../storage/parseObject.ts'
import type { KeyVault } from '../storage/s3/keyVault.ts'
import type { S3Keys } from '../storage/s3/s3Place.ts'
import { readSmallFile } from '../storage/smallFile.ts'
import { storageFault } from '../storage/storageFault.ts'

/** The part of Electron's `safeStorage` that is used here. */
export interface Keychain {
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(bytes: Buffer): string
  /** There on Linux only: other systems have none to choose from. */
  getSelectedStorageBackend(): string
}

const formatVersion = 1
const mostBytes = 10_000_000

/** For nobody else of this machine. */
const ownerOnly = 0o600

/**
 * Keys in a file that only the keychain of this system opens, an entry each. An entry names its bucket within what is encrypted too, so that none can
 * take the place of another. To be asked once Electron is ready.
 */
export function openKeyVault(keychain: Keychain, file: string, platform: NodeJS.Platform = process.platform): KeyVault {
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  function cannotKeep(): string | null {
    if (!keychain.isEncryptionAvailable()) return 'this system has no keychain that can be used now'
    // It would be encrypted with a password that stands in the source of Chromium.
    if (platform === 'linux' && keychain.getSelectedStorageBackend() === 'basic_text') return 'no keyring is running on this system (GNOME Keyring or KWallet)'
    return null
  }

  async function entries(): Promise<Record<string, string>> {
    const { formatVersion: version, keys } = parseObject(await readSmallFile(file, mostBytes).catch(() => ''))
    if (version !== formatVersion || typeof keys !== 'object' || keys === null) return {}
    return Object.fromEntries(Object.entries(keys).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  }

  async function write(next: Readonly<Record<string, string>>): Promise<void> {
    try {
      await mkdir(dirname(file), { recursive: true })
      await replaceDurably(file, Buffer.from(`${JSON.stringify({ formatVersion, keys: next }, undefined, 2)}\n`), ownerOnly)
    } catch (error) {
      throw storageFault(error, 'write', file)
    }
  }

  return {
    cannotKeep,
    keep: (bucket, keys) =>
      inTurn(async () => {
        const why = cannotKeep()
        if (why !== null) throw new Fault('unsupported', `keys cannot be kept, because ${why}: leave that out, and they hold for this session`)
        await write({ ...(await entries()), [bucket]: encrypted(keychain, { bucket, keys }) })
      }),
    read: (bucket) =>
      inTurn(async () => {
        const kept = await entries()
        return Object.hasOwn(kept, bucket) && cannotKeep() === null ? decrypted(keychain, kept[bucket]!, bucket) : undefined
      }),
    forget: (bucket) =>
      inTurn(async () => {
        const { [bucket]: gone, ...others } = await entries()
        if (gone !== undefined) await write(others)
      })
  }
}

function encrypted(keychain: Keychain, entry: { readonly bucket: string; readonly keys: S3Keys }): string {
  try {
    return keychain.encryptString(JSON.stringify(entry)).toString('base64')
  } catch (error) {
    throw new Fault('unsupported', 'the keychain of this system does not take the keys: unlock it and connect again, or leave out keeping them', { cause: error })
  }
}

/** undefined: the keychain is another one by now, or the entry is not what it claims to be. */
function decrypted(keychain: Keychain, text: string, bucket: string): S3Keys | undefined {
  try {
    const { bucket: of, keys } = parseObject(keychain.decryptString(Buffer.from(text, 'base64')))
    if (of !== bucket || typeof keys !== 'object' || keys === null) return undefined
    const { accessKeyId, secretAccessKey, sessionToken } = keys as Record<string, unknown>
    if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined
    return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' && { sessionToken }) }
  } catch {
    return undefined
  }
}
