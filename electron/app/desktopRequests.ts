import type { DesktopMenu, DesktopMenuItem } from '#shared/contract/desktop.ts'
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

/** Menus of the page: their ids come back when they are chosen, and mean nothing here. */
export function parseMenus(value: unknown): readonly DesktopMenu[] {
  return listOf(value, 20, 'a menu').map((menu) => {
    const { title, items } = recordOf(menu, 'a menu')
    return { title: textOf(title, 'a menu'), items: listOf(items, 200, 'a menu').map(parseMenuItem) }
  })
}

function parseMenuItem(value: unknown): DesktopMenuItem {
  const { id, label, separated, enabled, accelerator, checked } = recordOf(value, 'a command')
  const accelerated = accelerator === undefined ? {} : { accelerator: acceleratorOf(accelerator) }
  return { id: textOf(id, 'a command'), label: textOf(label, 'a command'), separated: separated === true, enabled: enabled === true, ...accelerated, ...(checked !== undefined && { checked: checkOf(checked) }) }
}

function checkOf(value: unknown): NonNullable<DesktopMenuItem['checked']> {
  const { kind, is } = recordOf(value, 'a command')
  if (kind !== 'one' && kind !== 'many') throw refused('a command')
  return { kind, is: is === true }
}

function acceleratorOf(value: unknown): string {
  if (typeof value === 'string' && /^(CmdOrCtrl|Shift|Alt)(\+(CmdOrCtrl|Shift|Alt))*\+([A-Z0-9]|Enter)$/.test(value)) return value
  throw refused('keys')
}

function listOf(value: unknown, most: number, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value
  throw refused(what)
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  throw refused(what)
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 200) return value
  throw refused(what)
}

function parseExtension(value: unknown): string {
  if (typeof value === 'string' && /^[a-z0-9]{1,10}$/.test(value)) return value
  throw refused('an extension')
}

const refused = (what: string): Fault => new Fault('usage', `the window sent something else than ${what}`)
