import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readSmallFileNow } from '../storage/smallFile.ts'

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the window was, in the system's points. `bounds`: when it is not maximised; absent: wherever the system likes. */
export interface WindowState {
  readonly bounds?: Area
  readonly maximised: boolean
}

export const smallestWindow = { width: 900, height: 600 } as const
const firstSize = { width: 1440, height: 900 } as const

/** A state that was never saved, or cannot be read, is a first start. */
export function readWindowState(file: string): WindowState {
  try {
    const value: unknown = JSON.parse(readSmallFileNow(file, 100_000))
    if (typeof value !== 'object' || value === null) return { maximised: false }
    const maximised = 'maximised' in value && value.maximised === true
    return 'bounds' in value && isArea(value.bounds) ? { bounds: value.bounds, maximised } : { maximised }
  } catch {
    return { maximised: false }
  }
}

/** A lost window place is no reason to stop a window from closing: failures are passed over. */
export function saveWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.tmp`, `${JSON.stringify(state)}\n`)
    renameSync(`${file}.tmp`, file)
  } catch {
    // As above.
  }
}

/** What a new window gets: the saved bounds moved and shrunk into the display they lie on most; without such a display, the first size in the middle. */
export function placeWindow({ bounds }: WindowState, displays: readonly Area[]): Partial<Area> & { readonly width: number; readonly height: number } {
  const [display] = bounds ? [...displays].filter((area) => overlap(area, bounds) > 0).sort((a, b) => overlap(b, bounds) - overlap(a, bounds)) : []
  if (!bounds || !display) return firstSize
  const width = clamp(bounds.width, smallestWindow.width, display.width)
  const height = clamp(bounds.height, smallestWindow.height, display.height)
  return { x: clamp(bounds.x, display.x, display.x + display.width - width), y: clamp(bounds.y, display.y, display.y + display.height - height), width, height }
}

function overlap(a: Area, b: Area): number {
  const along = (start: 'x' | 'y', size: 'width' | 'height') => Math.max(0, Math.min(a[start] + a[size], b[start] + b[size]) - Math.max(a[start], b[start]))
  return along('x', 'width') * along('y', 'height')
}

/** The upper limit wins: a display may be smaller than the smallest window. */
function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}

function isArea(value: unknown): value is Area {
  return typeof value === 'object' && value !== null && ['x', 'y', 'width', 'height'].every((key) => Number.isSafeInteger((value as Readonly<Record<string, unknown>>)[key]))
}
