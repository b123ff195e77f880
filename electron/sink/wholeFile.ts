import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { storageFault } from '../storage/storageFault.ts'

/** Refuses to write where something is. `orElse`: how whoever asked may replace a file, after "choose another name, or". */
export function refuseExisting(file: string, force: boolean, orElse: string): void {
  if (!existsSync(file)) return
  if (statSync(file).isDirectory()) throw new Fault('usage', `${file} is a folder: give the name of a file`)
  if (!force) throw new Fault('exists', `${file} is already there: choose another name, or ${orElse}`)
}

export interface WholeFile {
  readonly file: string
  /** A second file that belongs to it. */
  readonly side?: { readonly file: string; readonly text: string } | undefined
}

/** Has a file written beside its place, and gives it its name when it is whole, so that no half of it is ever found. Faults name the file. */
export async function writeWhole<Answer>({ file, side }: WholeFile, work: (temporary: string) => Promise<Answer>): Promise<Answer> {
  const temporary = `${file}.${randomUUID()}.tmp`
  const sideTemporary = side && `${side.file}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(temporary, '', { flag: 'wx' }) // Here the system says why it cannot be written; DuckDB only says that.
    if (side && sideTemporary !== undefined) await writeFile(sideTemporary, side.text, { flag: 'wx' })
    const answer = await work(temporary)
    await rename(temporary, file)
    if (side && sideTemporary !== undefined) await rename(sideTemporary, side.file)
    return answer
  } catch (error) {
    for (const left of [temporary, sideTemporary]) if (left !== undefined) await rm(left, { force: true }).catch(() => undefined) // What went wrong first is told.
    throw storageFault(error, 'write', file)
  }
}

/** What the system says in DuckDB's words. */
const systemCodes: Readonly<Record<string, string>> = {
  'No space left on device': 'ENOSPC',
  'Disk quota exceeded': 'EDQUOT',
  'File too large': 'EFBIG',
  'Permission denied': 'EACCES',
  'Read-only file system': 'EROFS',
  'No such file or directory': 'ENOENT'
}

/** What DuckDB says of the file that it writes; other errors come back as they are. */
export function writeFault(error: unknown, temporary: string, file: string): unknown {
  if (!(error instanceof Error)) return error
  const said = isFault(error) && error.cause instanceof Error ? error.cause : error
  if (!said.message.includes(temporary)) return error
  const [, code] = Object.entries(systemCodes).find(([words]) => said.message.includes(words)) ?? []
  if (code !== undefined) return storageFault(Object.assign(new Error(said.message, { cause: error }), { code, syscall: 'write' }), 'write', file)
  return new Fault('storage', `cannot write ${file}: ${(said.message.split('\n')[0] ?? '').replaceAll(temporary, 'it')}; the disk may be full: make room, then start again`, { cause: error })
}
