import { crc32 } from 'node:zlib'
import { Fault } from '#shared/engine/fault.ts'
import type { StateSnapshot } from '#shared/engine/state.ts'
import { millis } from '#shared/engine/time.ts'
import { parseObject } from '../storage/parseObject.ts'

/** What state/N holds besides the engine's state: whose it is, and what the source needs to go on. */
export interface StateHeader {
  readonly identity: StateIdentity
  /** Kept by sources whose offsets do not say what was read before them (plain Parquet: the files seen). */
  readonly source: unknown
}

/** What must be the same for a checkpoint to be continued. decisions: another table, query, key, window or column type starts anew. */
export interface StateIdentity {
  readonly query: string
  readonly silver: string
  readonly key: string
  readonly window: string
  readonly outputs: string
  readonly columns: Readonly<Record<string, string>>
}

const magic = 'contrail state'
const formatVersion = 1

/** No state is read that has more; ours have some hundred bytes for each group. */
export const mostStateBytes = 2 ** 30
/** Of the line of JSON in it: a text cannot be much longer. */
const mostJsonBytes = 2 ** 28

/**
 * One file: a line `contrail state 1`, a line of JSON, then 64-bit little-endian numbers (panes, keys by their place in the JSON's dictionary, measures),
 * then a CRC-32 of all before it. Text and big integers are in the JSON.
 */
export function encodeState(header: StateHeader, state: StateSnapshot): Uint8Array {
  const keys = [...new Set(state.key)]
  const position = new Map(keys.map((key, i) => [key, i]))
  const json = JSON.stringify({
    ...header,
    watermarkMs: state.watermarkMs,
    closedMs: state.closedMs,
    length: state.length,
    keys,
    stride: state.measures.stride,
    objects: state.measures.objects.map((lane) => lane.map((value) => (typeof value === 'bigint' ? { big: String(value) } : value)))
  })
  const key = Float64Array.from(state.key, (name) => position.get(name) ?? 0)
  const columns = [state.pane, key, state.measures.numbers.subarray(0, state.length * state.measures.stride)]
  const head = Buffer.from(`${magic} ${formatVersion}\n${json}\n`)
  const file = Buffer.alloc(head.length + columns.reduce((sum, column) => sum + column.byteLength, 0) + 4)
  let end = head.copy(file)
  for (const column of columns) end += Buffer.from(column.buffer, column.byteOffset, column.byteLength).copy(file, end)
  file.writeUInt32LE(crc32(file.subarray(0, end)), end)
  return file
}

/** Fault `checkpoint` for a file that is cut, damaged, of a newer format, or not ours. */
export function decodeState(bytes: Uint8Array, file: string): { header: StateHeader; state: StateSnapshot } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const firstLine = buffer.indexOf('\n')
  const [, version] = new RegExp(`^${magic} (\\d+)$`).exec(buffer.toString('utf8', 0, Math.max(0, firstLine))) ?? []
  if (version === undefined) throw new Fault('checkpoint', `${file} is not a state of Contrail: start with a new checkpoint`)
  if (Number(version) > formatVersion) throw new Fault('checkpoint', `${file} has format ${version}, and this version of Contrail knows up to ${formatVersion}: use a newer Contrail, or start with a new checkpoint`)
  const body = buffer.subarray(0, -4)
  const damaged = (why: string) => new Fault('checkpoint', `${file} is damaged (${why}): remove the newest entries of offsets and commits to go back to an older state, or start with a new checkpoint`)
  if (crc32(body) !== buffer.readUInt32LE(body.length)) throw damaged('its checksum does not match')
  const secondLine = body.indexOf('\n', firstLine + 1)
  const numberBytes = body.length - secondLine - 1
  const saved = secondLine < 0 || secondLine > mostJsonBytes ? undefined : savedState(buffer.toString('utf8', firstLine + 1, secondLine))
  // A checksum is soon made: what the first lines claim is held against what there is.
  if (!saved || numberBytes !== saved.length * (2 + saved.stride) * 8) throw damaged('it does not hold what it says')
  const columns = new Float64Array(body.buffer.slice(body.byteOffset + secondLine + 1, body.byteOffset + body.length))
  return {
    header: { identity: saved.identity, source: saved.source },
    state: {
      watermarkMs: millis(saved.watermarkMs),
      closedMs: millis(saved.closedMs),
      length: saved.length,
      pane: new BigInt64Array(columns.slice(0, saved.length).buffer),
      key: Array.from(columns.subarray(saved.length, saved.length * 2), (i) => saved.keys[i] ?? null),
      measures: { numbers: columns.slice(saved.length * 2), stride: saved.stride, objects: saved.objects.map((lane) => lane.map((value) => (typeof value === 'object' && value !== null ? BigInt(value.big) : value))) }
    }
  }
}

/** undefined: not of the shape in which states are written. */
function savedState(json: string): SavedState | undefined {
  const { watermarkMs, closedMs, length, keys, stride, objects, identity, ...others } = parseObject(json)
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
  const isText = (value: unknown): boolean => value === null || typeof value === 'string'
  const isValue = (value: unknown): boolean => isText(value) || (typeof value === 'object' && value !== null && 'big' in value && typeof value.big === 'string' && /^-?\d{1,1000}$/.test(value.big))
  const isState =
    typeof watermarkMs === 'number' && typeof closedMs === 'number' && isCount(length) && isCount(stride) && typeof identity === 'object' && identity !== null &&
    Array.isArray(keys) && keys.every(isText) && Array.isArray(objects) && objects.every((lane) => Array.isArray(lane) && lane.length === length && lane.every(isValue))
  return isState ? ({ watermarkMs, closedMs, length, keys, stride, objects, identity, ...others } as SavedState) : undefined
}

interface SavedState extends StateHeader {
  readonly watermarkMs: number
  readonly closedMs: number
  readonly length: number
  readonly keys: (string | null)[]
  readonly stride: number
  readonly objects: (string | { readonly big: string } | null)[][]
}
