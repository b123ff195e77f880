import { expect, test } from 'vitest'
import { crc32 } from 'node:zlib'
import type { StateSnapshot } from '#shared/engine/state.ts'
import { millis } from '#shared/engine/time.ts'
import { decodeState, encodeState, type StateHeader } from '#electron/checkpoint/stateFile.ts'

const header: StateHeader = {
  identity: { query: 'q', silver: 'a-table', key: 'flight_phase', window: '60000000 us every 60000000 us over t', outputs: 'n count', columns: { t: 'timestamp', flight_phase: 'string' } },
  source: { files: [{ path: 'ä b.parquet', sizeBytes: 1, modifiedMs: 2 }] }
}

/** Two panes, three keys, two lanes of numbers, one of big integers and one of text. */
const state: StateSnapshot = {
  watermarkMs: millis(1_769_169_600_000),
  closedMs: millis(-1),
  length: 4,
  pane: BigInt64Array.from([-60_000_000n, 1_769_169_600_000_000n, 1_769_169_600_000_000n, 2n ** 62n]),
  key: [null, 'CRUISE', '', 'CRUISE'],
  measures: {
    numbers: Float64Array.from([1, -0, 2, NaN, 3, Infinity, 4, 5e-324]),
    stride: 2,
    objects: [
      [10n ** 37n, null, -1n, 0n],
      ['Türkiye\n', null, '', '😀']
    ]
  }
}

test('R1 a state comes back as it was: nulls, NaN, minus zero, big integers and text', () => {
  expect(decodeState(encodeState(header, state), 'state/0')).toEqual({ header, state })
})

test('R1 a state without groups comes back', () => {
  const empty: StateSnapshot = { watermarkMs: millis(0), closedMs: millis(0), length: 0, pane: new BigInt64Array(0), key: [], measures: { numbers: new Float64Array(0), stride: 2, objects: [[], []] } }
  expect(decodeState(encodeState({ ...header, source: null }, empty), 'state/0')).toEqual({ header: { ...header, source: null }, state: empty })
})

test('R1 what is encoded can lie anywhere in a larger buffer', () => {
  const bytes = encodeState(header, state)
  const larger = new Uint8Array(bytes.length + 3)
  larger.set(bytes, 3)
  expect(decodeState(larger.subarray(3), 'state/0')).toEqual({ header, state })
})

test('R1 a state that was cut anywhere, or has one wrong bit anywhere, is refused', () => {
  const bytes = encodeState(header, state)
  const refused: string[] = []
  for (let end = 0; end < bytes.length; end++) {
    const flipped = Uint8Array.from(bytes)
    flipped[end]! ^= 1
    for (const damaged of [bytes.subarray(0, end), flipped]) {
      try {
        decodeState(damaged, '/c/state/7')
        refused.push(`not at ${end}`)
      } catch (error) {
        if (!/^\/c\/state\/7 (is damaged \(its checksum does not match\)|is not a state of Contrail|has format \d+, and this version of Contrail knows up to 1): /.test((error as Error).message)) throw error
      }
    }
  }
  expect(refused).toEqual([])
})

test('decisions 1.4 a state of a newer format is refused in one sentence, whatever is in it', () => {
  const body = Buffer.from('contrail state 2\nsomething else')
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(body))
  expect(() => decodeState(Buffer.concat([body, sum]), '/c/state/7')).toThrow(/^\/c\/state\/7 has format 2, and this version of Contrail knows up to 1: use a newer Contrail, or start with a new checkpoint$/)
})

test('R1 a state that claims more or other than it holds is refused, whatever its checksum says', () => {
  const bytes = Buffer.from(encodeState(header, state))
  const [magicEnd, jsonEnd] = [bytes.indexOf('\n'), bytes.indexOf('\n', bytes.indexOf('\n') + 1)]
  const saved = JSON.parse(bytes.toString('utf8', magicEnd + 1, jsonEnd)) as Record<string, unknown>
  const numbers = bytes.subarray(jsonEnd + 1, -4)
  const signed = (json: string, rest: Uint8Array = numbers): Uint8Array => {
    const body = Buffer.concat([bytes.subarray(0, magicEnd + 1), Buffer.from(json), rest])
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(crc32(body))
    return Buffer.concat([body, sum])
  }
  const claims = [{ length: 2 ** 32 }, { length: 5 }, { length: -1 }, { length: 1.5 }, { length: '4' }, { stride: 2 ** 31 }, { stride: -2 }, { keys: 7 }, { keys: [{}] }, { objects: [[], []] }, { objects: null }, { objects: [[{ big: 'x' }, null, null, null]] }, { objects: [[1, 2, 3, 4]] }, { watermarkMs: 'now' }, { identity: null }]
  const files = [...claims.map((claim) => signed(`${JSON.stringify({ ...saved, ...claim })}\n`)), signed('null\n'), signed('[[[['), signed(`${'['.repeat(500_000)}\n`), signed(`${JSON.stringify(saved)}\n`, numbers.subarray(3)), signed('', new Uint8Array(0))]
  expect(decodeState(signed(`${JSON.stringify(saved)}\n`), 'state/0')).toEqual({ header, state })
  for (const [i, file] of files.entries()) expect(() => decodeState(file, '/c/state/7'), String(i)).toThrow(/^\/c\/state\/7 is damaged \(it does not hold what it says\)/)
})
