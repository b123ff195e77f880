import { Fault } from '#shared/engine/fault.ts'

/** What a window may ask for besides the host, checked here: main trusts nothing that comes from it. */

export function parseNonce(value: unknown): string {
  if (typeof value === 'string' && /^[\w-]{16,100}$/.test(value)) return value
  throw refused('a nonce')
}

export interface SaveRequest {
  readonly defaultName: string
  readonly extensions: readonly string[]
}

/** A name without a folder: where files are saved is the person's choice. */
export function parseSaveRequest(defaultName: unknown, extensions: unknown): SaveRequest {
  if (typeof defaultName !== 'string' || !/^[^\u0000-\u001f/\\:]{1,200}$/.test(defaultName) || defaultName.startsWith('.')) throw refused('a file name')
  return { defaultName, extensions: parseExtensions(extensions) }
}

export function parseExtensions(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 10) throw refused('a list of extensions')
  return value.map(parseExtension)
}

export function parseTheme(value: unknown): 'system' | 'light' | 'dark' {
  if (value === 'system' || value === 'light' || value === 'dark') return value
  throw refused('a theme')
}

function parseExtension(value: unknown): string {
  if (typeof value === 'string' && /^[a-z0-9]{1,10}$/.test(value)) return value
  throw refused('an extension')
}

const refused = (what: string): Fault => new Fault('usage', `the window sent something else than ${what}`)
