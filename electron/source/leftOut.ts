import { compareText } from '#shared/engine/combine.ts'
import type { SourceProblem } from './source.ts'

/** Files of a plain folder that are not read, and why. */
export interface LeftOut {
  readonly why: 'foreign' | 'temporary' | 'hidden' | 'uncommitted' | 'beside'
  readonly paths: readonly string[]
}

/** What is told of them: a problem for each reason, with their number and some names. SPEC O11 */
export function leftOutProblems(groups: readonly LeftOut[]): SourceProblem[] {
  return groups.flatMap(({ why, paths }): SourceProblem[] => {
    const shown = [...paths].sort(compareText).slice(0, 3)
    const [path] = shown
    if (path === undefined) return []
    const examples = `${shown.join(', ')}${paths.length > shown.length ? ' and others' : ''}`
    const files =
      paths.length === 1 ? '1 file is not read' : `${paths.length.toLocaleString('en-US')} files are not read`
    const message = `${files}, ${because(why, paths.length === 1)}: ${examples}; ${nextStep[why]}`
    // Told again only when there are twice as many: one a minute would fill the list.
    return [{ path, stuck: true, message, lasting: `${why} ${Math.floor(Math.log2(paths.length))}` }]
  })
}

function because(why: LeftOut['why'], isOne: boolean): string {
  switch (why) {
    case 'foreign':
      return isOne ? 'since it is no Parquet file' : 'since they are no Parquet files'
    case 'temporary':
      return isOne ? 'since it has the name of a temporary file' : 'since they have names of temporary files'
    case 'hidden':
      return isOne
        ? 'since its name is hidden (_name or .name), as in Spark'
        : 'since their names are hidden (_name or .name), as in Spark'
    case 'uncommitted':
      return `since Spark's log _spark_metadata does not list ${isOne ? 'it' : 'them'}, as in Spark`
    case 'beside':
      return isOne
        ? 'since it lies beside the partition folders and in none of them, as in Spark'
        : 'since they lie beside the partition folders and in none of them, as in Spark'
  }
}

const nextStep: Readonly<Record<LeftOut['why'], string>> = {
  foreign: 'write rows that are missing as Parquet (a compressed Parquet file must be unpacked first)',
  temporary: 'when its writer is done, it gives such a file another name',
  hidden: 'rename what holds rows',
  uncommitted: 'move what holds rows of another writer into another folder',
  beside: 'move what holds rows into a partition folder'
}
