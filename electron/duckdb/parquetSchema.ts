import { refuseTwins } from '../delta/columnTwins.ts'
import type { Undecodable } from '../parquet/undecodable.ts'
import { checkFooters, type UndecodableLeaves } from '../parquet/checkFooters.ts'
import type { Database } from './database.ts'
import { fileFault } from './fileFault.ts'
import { fileList } from './fileNames.ts'

/** A column of a Parquet file, or a field, element, key or value within one. */
export interface ParquetColumn {
  readonly name: string
  /** DuckDB's type; undefined for nested columns. */
  readonly type: string | undefined
  /** Stored as INT96: instants without a zone in DuckDB's eyes, UTC in Spark's. */
  readonly isInt96: boolean
  readonly fieldId: number | undefined
  /** What `children` are: fields of a struct, the element of a list, key and value of a map. */
  readonly shape: 'leaf' | 'struct' | 'list' | 'map'
  readonly children: readonly ParquetColumn[]
  /** Of a leaf: why DuckDB cannot decode its values, where it cannot. */
  readonly undecodable?: Undecodable
}

/**
 * Top-level columns of many files, in the order of `files`, read with one query. Faults name the file that is missing or no Parquet; `names` are how
 * messages call them. Files of the same schema share it.
 */
export async function readParquetColumns(database: Database, files: readonly string[], names: readonly string[]): Promise<readonly (readonly ParquetColumn[])[]> {
  if (files.length === 0) return []
  const undecodable = await checkFooters(files, names)
  const nodes = await readNodes(database, files, names)
  const byText = new Map<string, readonly ParquetColumn[]>()
  return files.map((file, i) => {
    const own = nodes.get(file) ?? []
    const leaves = undecodable[i] ?? new Map()
    const text = JSON.stringify([own, ...leaves])
    const columns = byText.get(text) ?? columnsOf(own, leaves)
    byText.set(text, columns)
    return columns
  })
}

/** Refuses a file with two columns, or two fields of one, that have one name but for case. `name` is how messages call the file. */
export function refuseFileTwins(columns: readonly ParquetColumn[], name: string, path = ''): void {
  refuseTwins(columns, name, path)
  for (const column of columns) if (column.shape !== 'leaf') refuseFileTwins(column.children, name, nestedPath(path, column))
}

const nestedPath = (path: string, { name }: ParquetColumn): string => (path === '' ? name : `${path}.${name}`)

/** A row of `parquet_schema`: the schema tree, flattened depth first. */
interface Node {
  readonly name: string
  readonly physicalType: string
  readonly duckdbType: string
  readonly annotation: string
  readonly isRepeated: boolean
  readonly childCount: number
  readonly fieldId: number | undefined
}

async function readNodes(database: Database, files: readonly string[], names: readonly string[]): Promise<Map<string, Node[]>> {
  const sql = `SELECT file_name, name, coalesce(type, ''), coalesce(duckdb_type, ''), coalesce(converted_type, logical_type, ''), coalesce(repetition_type, ''), coalesce(num_children, 0)::INTEGER, field_id::INTEGER FROM parquet_schema(${fileList(files)})`
  try {
    const result = await database.query(sql)
    const [file = [], name = [], physical = [], type = [], annotation = [], repetition = []] = [0, 1, 2, 3, 4, 5].map((column) => result.strings(column))
    const children = result.numbers(6)
    const fieldIds = result.numbers(7)
    const noId = result.nulls(7)
    const nodes = new Map<string, Node[]>()
    for (let i = 0; i < result.rowCount; i++) {
      const own = nodes.get(file[i] ?? '') ?? []
      nodes.set(file[i] ?? '', own)
      own.push({
        name: name[i] ?? '',
        physicalType: physical[i] ?? '',
        duckdbType: type[i] ?? '',
        annotation: annotation[i] ?? '',
        isRepeated: repetition[i] === 'REPEATED',
        childCount: children[i] ?? 0,
        fieldId: noId[i] === 1 ? undefined : fieldIds[i]
      })
    }
    return nodes
  } catch (error) {
    if (files.length === 1) throw fileFault(error, () => names[0] ?? '')
    // Which of them it is, DuckDB does not always say.
    for (const [i, file] of files.entries()) await readNodes(database, [file], [names[i] ?? file])
    throw error
  }
}

interface Tree extends Node {
  readonly children: readonly Tree[]
  readonly undecodable: Undecodable | undefined
}

function columnsOf(nodes: readonly Node[], leaves: UndecodableLeaves): ParquetColumn[] {
  let next = 0
  let leaf = 0
  const take = (): Tree[] => {
    const node = nodes[next++]
    if (node === undefined) return []
    const children = Array.from({ length: node.childCount }, take).flat()
    return [{ ...node, children, undecodable: node.physicalType === '' ? undefined : leaves.get(leaf++) }]
  }
  // The first node is the root.
  return (take()[0]?.children ?? []).map(columnOf)
}

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types, with the legacy spellings that DuckDB knows. */
function columnOf(tree: Tree): ParquetColumn {
  const { name, fieldId, annotation, isRepeated } = tree
  if (isRepeated) return { ...nested(tree, 'list'), children: [columnOf({ ...tree, isRepeated: false })] }
  const [inner] = tree.children
  if (inner?.isRepeated === true && /^LIST|^ListType/.test(annotation)) return { ...nested(tree, 'list'), children: [columnOf(elementOf(inner))] }
  if (inner?.isRepeated === true && /^MAP|^MapType/.test(annotation)) return { ...nested(tree, 'map'), children: inner.children.map(columnOf) }
  if (tree.childCount > 0) return { ...nested(tree, 'struct'), children: tree.children.map(columnOf) }
  // DuckDB reads it as its own type, whatever it says here.
  const type = /^Geo(metry|graphy)Type/.test(annotation) ? 'GEOMETRY' : tree.duckdbType
  const leaf = { name, type, isInt96: tree.physicalType === 'INT96', fieldId, shape: 'leaf', children: [] } as const
  return tree.undecodable ? { ...leaf, undecodable: tree.undecodable } : leaf
}

function nested({ name, fieldId }: Tree, shape: 'list' | 'map' | 'struct'): Omit<ParquetColumn, 'children'> {
  return { name, type: undefined, isInt96: false, fieldId, shape }
}

/** Three levels as a rule; in two-level lists the repeated node is the element itself. */
function elementOf(repeated: Tree): Tree {
  const [only] = repeated.children
  return only !== undefined && repeated.childCount === 1 ? only : { ...repeated, isRepeated: false }
}
