import { compareText } from '#shared/engine/combine.ts'
import type { SourceProblem } from './source.ts'

interface Named {
  readonly name: string
}

/** Which files of a plain folder lack a column that others have: their rows have no value in it, as Spark reads them. */
export interface LackingColumns {
  /** Takes note of a file and its columns; a file may come more than once. */
  add(columns: readonly Named[], path: string): void
  /** A problem for each of these columns that at least one file lacks, with the number of such files and one of them. */
  problems(names: readonly string[]): SourceProblem[]
}

interface Alike {
  readonly ids: ReadonlySet<string>
  readonly paths: Set<string>
}

export function lackingColumns(): LackingColumns {
  /** Files with the same columns together: a folder has few kinds of them. */
  const kinds = new Map<string, Alike>()

  function problemOf(name: string): SourceProblem[] {
    const without = [...kinds.values()].filter(({ ids }) => !ids.has(name.toLowerCase()))
    const paths = without.flatMap((kind) => [...kind.paths]).sort(compareText)
    const [path] = paths
    if (path === undefined) return []
    const [files, their] =
      paths.length === 1 ? ['1 file has', 'its'] : [`${paths.length.toLocaleString('en-US')} files have`, 'their']
    const message =
      `${files} no column ${name}, as ${path}: ${their} rows have no value there, as in Spark; ` +
      'write the column into every file, or move files without it away'
    return [{ path, stuck: true, message, lasting: `lacks ${name} ${Math.floor(Math.log2(paths.length))}` }]
  }

  return {
    add(columns, path) {
      if (columns.length === 0) return // It could not be read, and is reported as that.
      const ids = columns.map(({ name }) => name.toLowerCase())
      const key = ids.join('\n')
      const kind = kinds.get(key) ?? { ids: new Set(ids), paths: new Set<string>() }
      kinds.set(key, kind)
      kind.paths.add(path)
    },
    problems: (names) => names.flatMap(problemOf)
  }
}
