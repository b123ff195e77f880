import { Fault } from '#shared/engine/fault.ts'

// In every browser and in Node; the compiler of this folder knows neither.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (label: string, options: { readonly fatal: boolean }) => { decode(bytes: Uint8Array): string }

/** No message is larger: a WebSocket server must have a limit, and what holds over one transport holds over all. What is more goes in parts. */
export const maxFrameBytes = 64 * 1024 * 1024

/**
 * A message: u32 header length (little-endian), a JSON header in UTF-8, then a body of raw bytes (Arrow IPC). Byte arrays anywhere in the value lie in
 * the body, each at a multiple of 8; the header holds `{"$bytes": [offset, length]}` in their places. What JSON cannot hold (bigint, undefined) is left
 * out of the contract; NaN and infinities are `{"$number": "NaN"}`. Fault `unsupported` for a message above the limit.
 */
export function encodeFrame(value: unknown): Uint8Array {
  const parts: Uint8Array[] = []
  let bodyLength = 0
  const header = new TextEncoder().encode(
    JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, converted: unknown) {
      // Node's Buffer has a toJSON, which comes first: what it was is still in its holder.
      const item = this[key] instanceof Uint8Array ? this[key] : converted
      if (item instanceof Uint8Array) {
        const offset = bodyLength
        parts.push(item)
        bodyLength = align(offset + item.byteLength)
        return { $bytes: [offset, item.byteLength] }
      }
      return typeof item === 'number' && !Number.isFinite(item) ? { $number: String(item) } : item
    })
  )
  const bodyStart = align(4 + header.byteLength)
  if (bodyStart + bodyLength > maxFrameBytes) throw new Fault('unsupported', `a message of ${megabytes(bodyStart + bodyLength)} MB is above the limit of ${megabytes(maxFrameBytes)} MB: ask for less at once`)
  const frame = new Uint8Array(bodyStart + bodyLength)
  new DataView(frame.buffer).setUint32(0, header.byteLength, true)
  frame.set(header, 4)
  let at = bodyStart
  for (const part of parts) {
    frame.set(part, at)
    at = align(at + part.byteLength)
  }
  return frame
}

/** Byte arrays of the value are views of `frame`. Fault `corrupt` for what is not a frame; nothing is allocated for lengths that it only claims. */
export function decodeFrame(frame: Uint8Array): unknown {
  if (frame.byteLength > maxFrameBytes) throw notAFrame(`it has ${frame.byteLength} bytes, more than ${maxFrameBytes}`)
  if (frame.byteLength < 4) throw notAFrame(`it has ${frame.byteLength} bytes`)
  const headerLength = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0, true)
  if (headerLength > frame.byteLength - 4) throw notAFrame(`its header claims ${headerLength} of ${frame.byteLength} bytes`)
  const bodyStart = align(4 + headerLength)
  const body = frame.subarray(bodyStart)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(4, 4 + headerLength))
  } catch (error) {
    throw notAFrame('its header is not UTF-8', error)
  }
  try {
    return JSON.parse(text, (_key, item: unknown) => revive(item, body)) as unknown
  } catch (error) {
    if (error instanceof Fault) throw error
    throw notAFrame('its header is not JSON', error)
  }
}

function revive(item: unknown, body: Uint8Array): unknown {
  if (typeof item !== 'object' || item === null) return item
  if ('$number' in item) return Number(item.$number)
  if (!('$bytes' in item)) return item
  const place: unknown = item.$bytes
  if (!Array.isArray(place) || place.length !== 2) throw notAFrame('it names bytes without a place')
  const [offset, length] = place as [unknown, unknown]
  if (!isLength(offset) || !isLength(length) || offset + length > body.byteLength) throw notAFrame(`it names bytes ${String(offset)} to ${String(offset)}+${String(length)} of a body of ${body.byteLength}`)
  return body.subarray(offset, offset + length)
}

const isLength = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const megabytes = (bytes: number): number => Math.ceil(bytes / (1024 * 1024))

const align = (offset: number): number => Math.ceil(offset / 8) * 8

function notAFrame(why: string, cause?: unknown): Fault {
  return new Fault('corrupt', `a message is not a frame: ${why}`, { cause })
}
