import { Fault } from '#shared/engine/fault.ts'
import { typeName } from '#shared/engine/valueType.ts'
import { compareText } from '#shared/engine/combine.ts'
import {
  partitionText,
  partitionTypeOf,
  unescapePartition,
  widerPartitionType,
  type PartitionType
} from './partitionTypes.ts'

/** A column whose values stand in the names of folders, `day=2026-01-23`. */
export interface PartitionColumn {
  readonly name: string
  readonly type: PartitionType
}

/** The partition folders of a plain folder, as Spark finds them when it reads it. SPEC O12 */
export interface HivePartitions {
  /** From the outermost folder inwards; empty when there are no partition folders. */
  readonly columns: readonly PartitionColumn[]
  /** Whether a file lies beside the partition folders and not in one: Spark reads none of these. */
  isBeside(path: string): boolean
  /**
   * The values of a file by the names in `columns`, spelled as `parsePartitionValue` reads them. Fault `schema` when
   * the file lies in folders that do not fit the columns.
   */
  valuesOf(path: string): Readonly<Record<string, string | null>>
  /** Folders whose names Spark reads otherwise than their writer meant them. */
  readonly misread: readonly MisreadFolder[]
}

export interface MisreadFolder {
  readonly folder: string
  /** What Spark reads. */
  readonly value: string
  /** What the codes stand for in UTF-8. */
  readonly meant: string
}

/** What the names of the folders down to a file's folder say. */
interface Parsed {
  /** The file's folder, below the root. */
  readonly folder: string
  /** Where the partition folders begin; without any, the file's folder itself. */
  readonly base: string
  readonly values: readonly { readonly name: string; readonly raw: string }[]
}

/**
 * Partition columns of the folders that hold these files, with the type that all their values fit; `root` is how
 * messages call the folder. Fault `schema` where Spark refuses: folders of other columns, or of another depth.
 */
export function findPartitions(paths: readonly string[], root: string): HivePartitions {
  const folders = [...new Set(paths.map(folderOf))].sort(compareText).map((folder) => parse(folder, root))
  const inside = folders.filter(({ values }) => values.length > 0)
  const [first] = inside
  if (!first) return withoutPartitions(root)
  const names = first.values.map(({ name }) => name)
  const twin = names.find((name, i) => names.some((other, j) => j < i && lower(other) === lower(name)))
  if (twin !== undefined) throw twinFault(root, first, twin)
  for (const other of folders) refuseOther(root, first, other)
  const columns = names.map((name, i): PartitionColumn => ({
    name,
    type: inside.map(({ values }) => partitionTypeOf(values[i]!.raw)).reduce(widerPartitionType)
  }))
  return { columns, ...valuesIn(root, first, columns), misread: misreadFolders(inside, columns) }
}

/** A run that began without partition folders goes on without them. */
function withoutPartitions(root: string): HivePartitions {
  return {
    columns: [],
    misread: [],
    isBeside: () => false,
    valuesOf(path) {
      const { values, folder } = parse(folderOf(path), root)
      if (values.length === 0) return {}
      throw new Fault(
        'schema',
        `${root}/${path} lies in the partition folder ${folder}, and there was none when the run began: start again, so that its columns are known`
      )
    }
  }
}

function valuesIn(
  root: string,
  first: Parsed,
  columns: readonly PartitionColumn[]
): Pick<HivePartitions, 'isBeside' | 'valuesOf'> {
  const known = new Map<string, Readonly<Record<string, string | null>>>()
  return {
    isBeside: (path) => isBase(folderOf(path), first),
    valuesOf(path) {
      const folder = folderOf(path)
      const values = known.get(folder) ?? typedValues(root, first, columns, parse(folder, root))
      known.set(folder, values)
      return values
    }
  }
}

function typedValues(
  root: string,
  first: Parsed,
  columns: readonly PartitionColumn[],
  parsed: Parsed
): Readonly<Record<string, string | null>> {
  if (parsed.values.length === 0) throw structureFault(root, first, parsed)
  refuseOther(root, first, parsed)
  const values = columns.map(({ name, type }, i): [string, string | null] => {
    const { raw } = parsed.values[i]!
    const own = partitionTypeOf(raw)
    if (typeName(widerPartitionType(type, own)) === typeName(type)) return [name, partitionText(raw, type)]
    throw new Fault(
      'schema',
      `the folder ${root}/${parsed.folder} gives ${name} the value "${unescapePartition(raw)}" (${typeName(own)}), and ${name} is ${typeName(type)} ` +
        `in the folders that were there when the run began: rename that folder, or start with a new checkpoint`
    )
  })
  return Object.fromEntries(values)
}

function parse(folder: string, root: string): Parsed {
  const names = folder === '' ? [] : folder.split('/')
  const values: { name: string; raw: string }[] = []
  let depth = names.length
  for (; depth > 0; depth--) {
    const value = parseName(names[depth - 1] ?? '', folder, root)
    if (value) values.unshift(value)
    else if (values.length > 0) break
  }
  return { folder, values, base: values.length === 0 ? folder : names.slice(0, depth).join('/') }
}

/** undefined: the name is no partition folder's. */
function parseName(
  name: string,
  folder: string,
  root: string
): { readonly name: string; readonly raw: string } | undefined {
  const sign = name.indexOf('=')
  if (sign < 0) return undefined
  const raw = name.slice(sign + 1)
  if (sign > 0 && raw !== '') return { name: unescapePartition(name.slice(0, sign)), raw }
  throw new Fault(
    'schema',
    `the folder ${root}/${folder} has ${sign === 0 ? 'no column name before' : 'no value after'} the equals sign of "${name}": ` +
      `rename that folder; the folder of null values is called name=__HIVE_DEFAULT_PARTITION__`
  )
}

/**
 * Files beside the partition folders are left out, all others must lie in folders of the same columns in the same
 * place.
 */
function refuseOther(root: string, first: Parsed, other: Parsed): void {
  if (isBase(other.folder, first)) return
  if (other.values.length === 0 || lower(other.base) !== lower(first.base)) throw structureFault(root, first, other)
  const namesOf = ({ values }: Parsed): string => values.map(({ name }) => name).join(', ')
  if (lower(namesOf(other)) === lower(namesOf(first))) return
  throw new Fault(
    'schema',
    `${root} has partition folders of different columns, ${first.folder} (${namesOf(first)}) and ${other.folder} (${namesOf(other)}), which Spark ` +
      `refuses too ("Conflicting partition column names"): move the files of one of them, or give a folder within which all are alike`
  )
}

const isBase = (folder: string, { base }: Parsed): boolean => lower(folder) === lower(base)

function structureFault(root: string, first: Parsed, other: Parsed): Fault {
  const where = ({ folder, values }: Parsed): string =>
    values.length === 0 ? `${folder} (no partition folder)` : folder
  return new Fault(
    'schema',
    `${root} has files in ${first.folder} and in ${where(other)}, whose partition folders do not begin in the same place, which Spark refuses too ` +
      `("Conflicting directory structures"): move the files of one of them, or give the folder that holds only the ones that are meant`
  )
}

function twinFault(root: string, { folder }: Parsed, name: string): Fault {
  return new Fault(
    'schema',
    `[COLUMN_ALREADY_EXISTS] the folder ${root}/${folder} gives the column ${name} two values: rename one of its folders`
  )
}

/** Percent codes that are UTF-8, as pandas, polars and Arrow write them. Spark reads a character for each. */
function misreadFolders(folders: readonly Parsed[], columns: readonly PartitionColumn[]): MisreadFolder[] {
  const found = new Map<string, MisreadFolder>()
  for (const { values } of folders) {
    for (const [i, { raw }] of values.entries()) {
      const { name, type } = columns[i]!
      const meant = type !== 'void' && type.kind === 'string' && /%[89a-f]/i.test(raw) ? decoded(raw) : undefined
      if (meant !== undefined)
        found.set(`${name}=${raw}`, { folder: `${name}=${raw}`, value: unescapePartition(raw), meant })
    }
  }
  return [...found.values()]
}

function decoded(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

const lower = (text: string): string => text.toLowerCase()
