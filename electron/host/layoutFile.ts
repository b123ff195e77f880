import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { moveAside } from '../storage/moveAside.ts'
import { readSmallFile } from '../storage/smallFile.ts'
import { ignoreMissing, storageFault } from '../storage/storageFault.ts'
import { isPlainJson } from './plainJson.ts'

/** `layout.json` of a data folder: what the workbench keeps of itself, so that it comes back as it was. */
export interface LayoutFile {
  /** null: there is none. A damaged one, or one of another version, is as good as none, and is kept aside. */
  load(): Promise<unknown>
  /** One after the other: the last that was given stays. */
  save(layout: unknown): Promise<void>
}

const mostCharacters = 1_000_000
const formatVersion = 1

export function openLayoutFile(dataFolder: string, onAside: (file: string) => void): LayoutFile {
  const file = join(dataFolder, 'layout.json')
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = turn.then(work, work)
    turn = next
    return next
  }

  return {
    load: () =>
      inTurn(async () => {
        const text = await readSmallFile(file, mostCharacters * 4).catch((error: unknown) => (isFault(error) ? '' : ignoreMissing(error)))
        if (text === undefined) return null
        const layout = layoutOf(text)
        // Where it cannot be moved, it is as good as none all the same.
        if (layout === undefined) await moveAside(file).then(onAside, () => undefined)
        return layout ?? null
      }),
    save: (layout) =>
      inTurn(async () => {
        if (!isLayout(layout)) throw new Fault('usage', `a layout is an object of format ${formatVersion} with plain values`)
        const text = JSON.stringify(layout)
        if (text.length > mostCharacters) throw new Fault('usage', `the layout has ${text.length} characters, more than ${mostCharacters}`)
        try {
          await mkdir(dataFolder, { recursive: true })
          await replaceDurably(file, Buffer.from(text))
        } catch (error) {
          throw storageFault(error, 'write', file)
        }
      })
  }
}

function layoutOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return text.length <= mostCharacters && isLayout(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isLayout = (value: unknown): value is object => typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === formatVersion && isPlainJson(value)
