import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fault, isFault } from '#shared/engine/fault.ts'
import { encodeFrame, maxFrameBytes } from '#shared/contract/frame.ts'
import { connect, serve } from '#shared/contract/rpc.ts'
import { protocolVersion } from '#shared/contract/version.ts'
import { transports, type Ends } from './transports.ts'

interface Small {
  double(value: number): Promise<number>
  orNot(value?: number): Promise<string>
  reversed(bytes: Uint8Array): Promise<{ readonly bytes: Uint8Array; readonly length: number }>
  nothing(): Promise<void>
  refuse(): Promise<void>
  break(): Promise<void>
  never(): Promise<void>
  onTick(listener: (tick: { readonly n: number; readonly bytes: Uint8Array }) => void): () => void
}

const methods = ['double', 'orNot', 'reversed', 'nothing', 'refuse', 'break', 'never', 'onTick'] as const

function smallHost() {
  const listeners = new Set<(tick: { readonly n: number; readonly bytes: Uint8Array }) => void>()
  const target: Small & { secret(): Promise<string> } = {
    double: async (value) => value * 2,
    orNot: async (value = 7) => `given ${value}`,
    reversed: async (bytes) => ({ bytes: bytes.slice().reverse(), length: bytes.length }),
    nothing: async () => undefined,
    async refuse() {
      throw new Fault('notFound', '/silver is not there: check the path')
    },
    async break() {
      throw new TypeError('x is not a function')
    },
    never: () => new Promise(() => undefined),
    secret: async () => 'not in the contract',
    onTick(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
  return { target, listeners, tick: (n: number) => listeners.forEach((listener) => listener({ n, bytes: Uint8Array.of(n, n + 1) })) }
}

describe.each(transports)('the contract over $name', ({ open }) => {
  let ends: Ends
  beforeEach(async () => {
    ends = await open()
  })
  afterEach(() => ends.free())

  function start() {
    const host = smallHost()
    serve(host.target, methods, ends.host)
    let tellClosed: (reason: string) => void = () => undefined
    const closed = new Promise<string>((resolve) => (tellClosed = resolve))
    return { host, closed, remote: connect<Small>(methods, ends.workbench, tellClosed) }
  }

  test('a call gets its answer, whatever else is under way', async () => {
    const { remote } = start()
    const answers = await Promise.all([remote.double(4), remote.double(NaN), remote.double(Infinity), remote.nothing()])
    expect(answers).toEqual([8, NaN, Infinity, undefined])
  })

  test('an argument that is not given has its default', async () => {
    const { remote } = start()
    expect(await Promise.all([remote.orNot(), remote.orNot(undefined), remote.orNot(1)])).toEqual(['given 7', 'given 7', 'given 1'])
  })

  test('bytes cross inside values, as they were', async () => {
    const { remote } = start()
    const { bytes, length } = await remote.reversed(Uint8Array.of(1, 2, 3, 4, 5))
    expect({ bytes: [...bytes], length }).toEqual({ bytes: [5, 4, 3, 2, 1], length: 5 })
    expect([...(await remote.reversed(Buffer.from('abc'))).bytes]).toEqual([...Buffer.from('cba')])
  })

  test('a fault keeps its code and its sentence', async () => {
    const { remote } = start()
    const error = await remote.refuse().catch((reason: unknown) => reason)
    expect(isFault(error) && { code: error.code, message: error.message }).toEqual({ code: 'notFound', message: '/silver is not there: check the path' })
  })

  test('what is too large for a message is refused, and the connection goes on', async () => {
    const { remote } = start()
    await expect(remote.reversed(new Uint8Array(maxFrameBytes))).rejects.toThrow('a message of 65 MB is above the limit of 64 MB')
    expect(await remote.double(2)).toBe(4)
  })

  test('a mistake of ours is told as one', async () => {
    const { remote } = start()
    await expect(remote.break()).rejects.toThrow('a mistake in Contrail itself: x is not a function')
  })

  test('only what the contract names can be called', async () => {
    const { host } = start()
    ends.free()
    ends = await open()
    serve(host.target, methods, ends.host)
    const other = connect<{ secret(): Promise<string>; toString(): Promise<unknown> }>(['secret', 'toString'], ends.workbench)
    await expect(other.secret()).rejects.toThrow('the host has no secret')
    await expect(other.toString()).rejects.toThrow('the host has no toString')
  })

  test('events come in order, and stop when asked', async () => {
    const { host, remote } = start()
    const heard: number[] = []
    const off = remote.onTick(({ n, bytes }) => heard.push(n, ...bytes))
    await remote.nothing()
    host.tick(1)
    host.tick(5)
    await remote.nothing()
    off()
    host.tick(9)
    await remote.nothing()
    expect(heard).toEqual([1, 1, 2, 5, 5, 6])
  })

  test('when the host goes, what is pending rejects and the other side hears of it', async () => {
    const { host, remote, closed } = start()
    await remote.nothing()
    const pending = remote.never()
    ends.host.close()
    await expect(pending).rejects.toThrow(/the connection to the host is gone \(.+\): open Contrail again/)
    await closed
    await expect(remote.double(1)).rejects.toThrow('the connection to the host is gone')
    expect(host.listeners.size).toBe(0)
  })

  test('when the workbench goes, the host stops telling it', async () => {
    const { host, remote } = start()
    await remote.nothing()
    expect(host.listeners.size).toBe(1)
    const gone = new Promise<void>((resolve) => ends.host.onClose(() => resolve()))
    ends.workbench.close()
    await gone
    expect(host.listeners.size).toBe(0)
  })

  test.each([
    ['no frame', Uint8Array.of(255, 255, 255, 255, 1)],
    ['bytes that are not there', encodeFrameText('{"kind":"hello","version":{"$bytes":[0,99]}}')],
    ['more than a message may hold', new Uint8Array(maxFrameBytes + 8)],
    ['a call without a greeting', encodeFrame({ kind: 'call', id: 1, method: 'nothing', args: [] })],
    ['another version', encodeFrame({ kind: 'hello', version: protocolVersion + 1 })]
  ])('%s ends the connection', async (_what, message) => {
    const { target } = smallHost()
    serve(target, methods, ends.host)
    ends.workbench.onMessage(() => undefined) // A port that nobody listens to hears no close either.
    const closed = new Promise<void>((resolve) => ends.workbench.onClose(() => resolve()))
    ends.workbench.post(message)
    await closed
  })

  test('a host of another version is named with both numbers', async () => {
    const closed = new Promise<string>((resolve) => void connect<Small>(methods, ends.workbench, resolve))
    ends.host.post(encodeFrame({ kind: 'hello', version: 99 }))
    expect(await closed).toContain(`speaks version ${protocolVersion} of its protocol, and the other side version 99`)
  })
})

function encodeFrameText(header: string): Uint8Array {
  const bytes = new TextEncoder().encode(header)
  const frame = new Uint8Array(4 + bytes.length)
  new DataView(frame.buffer).setUint32(0, bytes.length, true)
  frame.set(bytes, 4)
  return frame
}
