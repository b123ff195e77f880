import { randomUUID } from 'node:crypto'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { Flaw } from '../parquet/compactReader.ts'
import { DamagedBlock, OtherFrame } from '../parquet/lz4.ts'
import { writeReadableCopy } from '../parquet/readableCopy.ts'
import { isRewritable, rewrittenText, undecodableFault, type Undecodable } from '../parquet/undecodable.ts'
import type { Database } from './database.ts'
import { damagedFault } from './fileFault.ts'
import type { ParquetColumn } from './parquetSchema.ts'

/** A file with columns that DuckDB reads. */
export interface ReadableFile {
  readonly path: string
  /** Where it is a copy that Contrail has rewritten: why, to follow the name of the original. */
  readonly rewritten: string | undefined
  release(): void
}

export interface FileToRead {
  readonly path: string
  /** As messages call it. */
  readonly name: string
  /** All columns of the file, in its order. */
  readonly schema: readonly ParquetColumn[]
  /** Those that will be read. Fault `undecodable` for one that can neither be read nor rewritten. */
  readonly needed: readonly ParquetColumn[]
  /** Those that others will read as well: a copy has them, too, where it can. */
  readonly wanted?: readonly ParquetColumn[]
}

/**
 * The file itself where DuckDB decodes all columns that are needed, and otherwise a copy of them that it does decode,
 * in the database's temporary folder. Who asks for the same copy while it is in use shares it.
 */
export async function openReadable(
  database: Database,
  { path, name, schema, needed, wanted = [] }: FileToRead
): Promise<ReadableFile> {
  const reasons = needed.flatMap((column) => reasonsOf(column).map((why) => ({ column: column.name, why })))
  const hopeless = reasons.find(({ why }) => !isRewritable(why))
  if (hopeless) throw undecodableFault(hopeless.why, name, hopeless.column)
  const [first] = reasons
  if (!first) return { path, rewritten: undefined, release: () => undefined }
  const chosen = [...needed, ...wanted.filter((column) => reasonsOf(column).every(isRewritable))]
  const columns = schema.flatMap((column, position) => (chosen.includes(column) ? [position] : []))
  const copy = await copiesOf(database).open({ path, name, columns })
  return { ...copy, rewritten: `column ${first.column} ${rewrittenText(first.why)}` }
}

/** Why leaves of a column cannot be decoded. */
export function reasonsOf(column: ParquetColumn): readonly Undecodable[] {
  return [...(column.undecodable ? [column.undecodable] : []), ...column.children.flatMap(reasonsOf)]
}

interface CopyRequest {
  readonly path: string
  readonly name: string
  /** Positions in the schema's top level, ascending. */
  readonly columns: readonly number[]
}

interface Copies {
  open(request: CopyRequest): Promise<Omit<ReadableFile, 'rewritten'>>
}

interface Copy {
  readonly path: string
  readonly made: Promise<number>
  users: number
}

/** Copies that nobody uses are kept, up to so many bytes: the other query may come for them. */
const mostUnusedBytes = 256 * 1024 * 1024

const registries = new WeakMap<Database, Copies>()

function copiesOf(database: Database): Copies {
  const known = registries.get(database)
  if (known) return known
  const copies = openCopies(join(database.tempDirectory, 'readable'), database.interruptible)
  registries.set(database, copies)
  return copies
}

/** Copies in a folder, which is made when the first one is. */
export function openCopies(
  folder: string,
  interruptible: Database['interruptible'],
  keptBytes = mostUnusedBytes
): Copies {
  const copies = new Map<string, Copy>()
  /** Oldest first. */
  const unused = new Map<string, number>()

  function release(id: string, copy: Copy, bytes: number): void {
    copy.users -= 1
    if (copy.users > 0) return
    unused.set(id, bytes)
    let sum = [...unused.values()].reduce((total, size) => total + size, 0)
    for (const [oldest, size] of unused) {
      if (sum <= keptBytes) return
      sum -= size
      unused.delete(oldest)
      const old = copies.get(oldest)
      copies.delete(oldest)
      if (old) void rm(old.path, { force: true }).catch(() => undefined)
    }
  }

  return {
    async open(request) {
      const id = await identityOf(request)
      let copy = copies.get(id)
      if (!copy) {
        const path = join(folder, `${randomUUID()}.parquet`)
        copy = { path, made: interruptible((signal) => makeCopy(request, folder, path, signal)), users: 0 }
        copies.set(id, copy)
        copy.made.catch(() => copies.delete(id))
      }
      const mine = copy
      unused.delete(id)
      mine.users += 1
      const bytes = await mine.made
      let isReleased = false
      return {
        path: mine.path,
        release() {
          if (!isReleased) release(id, mine, bytes)
          isReleased = true
        }
      }
    }
  }
}

async function identityOf({ path, columns }: CopyRequest): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path)
  return JSON.stringify([path, ino, size, mtimeMs, ctimeMs, columns])
}

/** Gives the size of the copy. */
async function makeCopy(
  { path, name, columns }: CopyRequest,
  folder: string,
  to: string,
  signal: AbortSignal
): Promise<number> {
  try {
    await mkdir(folder, { recursive: true })
    const from = await open(path)
    try {
      const copy = await open(to, 'wx')
      try {
        await writeReadableCopy(from, copy, name, new Set(columns), signal)
        return (await copy.stat()).size
      } finally {
        await copy.close()
      }
    } finally {
      await from.close()
    }
  } catch (error) {
    await rm(to, { force: true })
    throw copyFault(error, name, folder)
  }
}

function copyFault(error: unknown, name: string, folder: string): unknown {
  if (error instanceof DamagedBlock || error instanceof Flaw) return damagedFault(name, error)
  if (error instanceof OtherFrame)
    return new Fault(
      'undecodable',
      `${name} is compressed with LZ4 frames, as early versions of parquet-cpp wrote them, which Contrail cannot decode: write the file again with another codec, for example zstd`,
      { cause: error }
    )
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new Fault(
      'storage',
      `there is no room in ${folder} for the copy of ${name} that Contrail rewrites for DuckDB: make room, or set TMPDIR to a folder with room, then start again`,
      { cause: error }
    )
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new Fault(
      'storage',
      `${folder} cannot be written to, and the copy of ${name} that Contrail rewrites for DuckDB goes there: set TMPDIR to another folder, then start again`,
      { cause: error }
    )
  }
  return error
}
