import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A secret as it might be written anywhere: plain, escaped, encoded. Of base64 the part that does not depend on what stands beside it. */
export function formsOf(secret: string): string[] {
  const shifted = [0, 1, 2].flatMap((shift) => ['base64', 'base64url'].map((encoding) => Buffer.from('x'.repeat(shift) + secret).toString(encoding as BufferEncoding).replace(/=+$/, '').slice(shift === 0 ? 0 : 4, -2)))
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...shifted, Buffer.from(secret).toString('hex')])]
}

/** Where any form of the secrets stands in files below a folder: `path: form`. Files may come and go meanwhile. */
export function secretsBelow(folder: string, secrets: readonly string[]): string[] {
  const names = existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : []
  return names.flatMap((name) => secretsIn(contentOf(join(folder, name)), secrets).map((form) => `${name}: ${form}`))
}

function contentOf(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return Buffer.alloc(0)
    throw error
  }
}

/** The forms of the secrets that bytes hold. */
export function secretsIn(bytes: Uint8Array, secrets: readonly string[]): string[] {
  const text = Buffer.from(bytes).toString('latin1')
  return secrets.flatMap(formsOf).filter((form) => text.includes(form))
}
