import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogTail } from '#shared/contract/help.ts'
import { visibleText } from '#shared/engine/visibleText.ts'
import { ignoreMissing } from '../storage/storageFault.ts'
import { withoutCredentials } from './withoutCredentials.ts'
import type { Clock } from './clock.ts'

/** What a host did, a line each: for whoever has to find out what went wrong. No credentials, and no rows. */
export interface HostLog {
  /** Does not throw and is not waited for: a log is a help. */
  write(what: string): void
  /** Writes before it returns: for a process that is about to end. */
  writeNow(what: string): void
  tail(lines: number): Promise<LogTail>
  /** Until all that was written is in the file. */
  settled(): Promise<void>
}

const mostBytes = 1_000_000
const mostCharacters = 2000

/** Appends to `logs/contrail.log` of a data folder. A full one takes the place of `contrail.1.log`: the two together stay below 2 MB and a line. */
export function openHostLog(dataFolder: string, clock: Clock): HostLog {
  const folder = join(dataFolder, 'logs')
  const file = join(folder, 'contrail.log')
  const older = join(folder, 'contrail.1.log')
  let waiting: string[] = []
  let writing: Promise<void> = Promise.resolve()
  let last = ''
  let again = 0

  const lineOf = (what: string): string => `${new Date(clock.nowMs()).toISOString()} ${visibleText(withoutCredentials(what).replaceAll(/\s*[\r\n]+\s*/g, ' | ').slice(0, mostCharacters))}\n`

  async function flush(): Promise<void> {
    const text = waiting.join('')
    waiting = []
    if (text === '') return
    try {
      await mkdir(folder, { recursive: true })
      const size = (await stat(file).catch(ignoreMissing))?.size ?? 0
      if (size > 0 && size + text.length > mostBytes) await rename(file, older)
      await appendFile(file, text)
    } catch {
      // A full disk is told where work is lost by it.
    }
  }

  /** What fails again and again is one line, and how often. */
  function repeats(what: string): boolean {
    if (what === last) {
      again += 1
      return true
    }
    if (again > 0) waiting.push(lineOf(`the line before came ${again} more ${again === 1 ? 'time' : 'times'}`))
    last = what
    again = 0
    return false
  }

  return {
    write(what) {
      if (repeats(what)) return
      waiting.push(lineOf(what))
      writing = writing.then(flush)
    },
    writeNow(what) {
      try {
        appendFileSync(file, lineOf(what))
      } catch {
        // As above.
      }
    },
    async tail(count) {
      await writing
      const newest = linesOf(await readFile(file, 'utf8').catch(() => ''))
      const before = newest.length < count ? linesOf(await readFile(older, 'utf8').catch(() => '')) : []
      return { file, lines: [...before, ...newest].slice(-count) }
    },
    settled: () => writing
  }
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
