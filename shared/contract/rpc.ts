import { Fault } from '#shared/engine/fault.ts'
import { memoryBacklog, type Backlog } from './backlog.ts'
import type { Channel } from './channel.ts'
import { fromPlainFault, toPlainFault, type PlainFault } from './faults.ts'
import { decodeFrame, encodeFrame } from './frame.ts'
import { protocolVersion } from './version.ts'

/** Messages. The first one each way is a greeting. */
type Message =
  /** `tellReadEvery`: from the host, how many bytes are read before that is told. */
  | { readonly kind: 'hello'; readonly version: number; readonly tellReadEvery?: number }
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly fault: PlainFault }
  | { readonly kind: 'event'; readonly name: string; readonly value?: unknown }
  /** From the workbench: how many bytes of messages it has read since the connection began. */
  | { readonly kind: 'read'; readonly bytes: number }

export interface Served {
  /** Stops listening to the target; the channel is closed. */
  close(): void
}

/** How far ahead of the other side's reading messages are sent; a single one may go beyond. */
const windowBytes = 16 * 1024 * 1024

export interface ServeOptions {
  /** Where what is beyond the window waits. Default: in memory. */
  readonly backlog?: Backlog
  /** The name of what an event is the latest of: while it waits, a later one takes its place. undefined: every such event counts. */
  readonly latestOf?: (event: string, value: unknown) => string | undefined
  readonly window?: number
}

/**
 * Answers the calls that come over a channel, and sends the target's events. Only the named methods can be called. A side that does not read holds
 * nobody up: no more than a window of bytes is on its way to it, and the rest waits in the backlog, in order.
 */
export function serve<Target extends object>(target: Target, methods: readonly (keyof Target & string)[], channel: Channel, options: ServeOptions = {}): Served {
  const { backlog = memoryBacklog(), latestOf = () => undefined, window = windowBytes } = options
  let sentBytes = 0
  let readBytes = 0
  let isBehind = false
  const events = methods.filter(isEvent)
  const calls = new Set<string>(methods.filter((method) => !isEvent(method)))
  const functions = target as Record<string, (...args: unknown[]) => unknown>
  const offs: (() => void)[] = []
  let greeted = false
  let open = true
  const post = (frame: Uint8Array) => {
    sentBytes += frame.byteLength
    channel.post(frame)
  }
  const send = (message: Message, latest?: string) => {
    if (!open) return
    const frame = encodeFrame(message)
    if (!isBehind && sentBytes - readBytes < window) return post(frame)
    isBehind = true
    try {
      if (latest === undefined) backlog.put(frame)
      else backlog.putLatest(latest, frame)
    } catch {
      channel.close() // There is no room to wait in. The other side comes again, and hears of everything then.
    }
  }
  const catchUp = () => {
    while (open && isBehind && sentBytes - readBytes < window) {
      const frame = backlog.take()
      if (frame) post(frame)
      else isBehind = false
    }
  }
  channel.onClose(() => {
    open = false
    backlog.close()
    for (const off of offs.splice(0)) off()
  })
  send({ kind: 'hello', version: protocolVersion, tellReadEvery: window / 64 })
  channel.onMessage((bytes) => {
    let message: Message
    try {
      message = parseMessage(bytes)
      if (!greeted) {
        checkGreeting(message)
        greeted = true
        for (const event of events) offs.push(functions[event]!.call(target, (value: unknown) => send({ kind: 'event', name: event, value }, latestOf(event, value))) as () => void)
        return
      }
    } catch {
      // What cannot be understood cannot be answered: the other side hears of it by the close.
      channel.close()
      return
    }
    if (message.kind === 'call') void answer(message)
    else if (message.kind === 'read') {
      readBytes = Math.max(readBytes, Math.min(message.bytes, sentBytes))
      catchUp()
    }
  })

  async function answer({ id, method, args }: Extract<Message, { kind: 'call' }>): Promise<void> {
    try {
      if (!calls.has(method)) throw new Fault('usage', `the host has no ${method}`)
      const value = await functions[method]!.apply(target, args as unknown[])
      send({ kind: 'answer', id, ...(value !== undefined && { value }) })
    } catch (error) {
      send({ kind: 'failure', id, fault: toPlainFault(error) })
    }
  }

  return { close: () => channel.close() }
}

/** The other side of `serve`. What is pending when the channel closes rejects with Fault `storage`; a greeting of another version closes it. */
export function connect<Target extends object>(methods: readonly (keyof Target & string)[], channel: Channel, onClose: (reason: string) => void = () => undefined): Target {
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  let nextId = 1
  let greeted = false
  let closed: string | undefined
  let readBytes = 0
  let toldBytes = 0
  let tellReadEvery = 0
  const shut = (reason: string) => {
    if (closed !== undefined) return
    closed = reason
    for (const { reject } of pending.values()) reject(gone(reason))
    pending.clear()
    onClose(reason)
  }
  channel.onClose(shut)
  const tellRead = (bytes: number) => {
    readBytes += bytes
    if (!greeted || readBytes - toldBytes < tellReadEvery || closed !== undefined) return
    toldBytes = readBytes
    channel.post(encodeFrame({ kind: 'read', bytes: readBytes } satisfies Message))
  }
  channel.onMessage((bytes) => {
    try {
      const message = parseMessage(bytes)
      tellRead(bytes.byteLength)
      if (!greeted) {
        tellReadEvery = checkGreeting(message).tellReadEvery ?? 0
        greeted = true
      } else if (message.kind === 'event') for (const listener of listeners.get(message.name) ?? []) listener(message.value)
      else if (message.kind === 'answer') settle(message.id)?.resolve(message.value)
      else if (message.kind === 'failure') settle(message.id)?.reject(fromPlainFault(message.fault))
    } catch (error) {
      shut(error instanceof Error ? error.message : String(error))
      channel.close()
    }
  })
  channel.post(encodeFrame({ kind: 'hello', version: protocolVersion } satisfies Message))

  const settle = (id: number) => {
    const waiting = pending.get(id)
    pending.delete(id)
    return waiting
  }
  const call = (method: string) => (...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed !== undefined) return reject(gone(closed))
      const id = nextId++
      const message = encodeFrame({ kind: 'call', id, method, args: withoutAbsent(args) } satisfies Message)
      pending.set(id, { resolve, reject })
      channel.post(message)
    })
  const subscribe = (name: string) => (listener: (value: unknown) => void): (() => void) => {
    const all = listeners.get(name) ?? new Set()
    listeners.set(name, all.add(listener))
    return () => void all.delete(listener)
  }
  return Object.fromEntries(methods.map((method) => [method, isEvent(method) ? subscribe(method) : call(method)])) as Target
}

/** JSON would turn an argument that is not given into null, which is no default. */
const withoutAbsent = (args: readonly unknown[]): readonly unknown[] => args.slice(0, args.findLastIndex((argument) => argument !== undefined) + 1)

const isEvent = (method: string): boolean => /^on[A-Z]/.test(method)

const gone = (reason: string): Fault => new Fault('storage', `the connection to the host is gone (${reason}): open Contrail again`)

const kinds: ReadonlySet<unknown> = new Set(['hello', 'call', 'answer', 'failure', 'event', 'read'])

function parseMessage(bytes: Uint8Array): Message {
  const value = decodeFrame(bytes)
  if (typeof value !== 'object' || value === null || !('kind' in value) || !kinds.has(value.kind)) throw new Fault('corrupt', 'a message is of no known kind')
  if (value.kind === 'call' && (!('method' in value) || typeof value.method !== 'string' || !('args' in value) || !Array.isArray(value.args) || !('id' in value) || typeof value.id !== 'number')) throw new Fault('corrupt', 'a call without a method, arguments or number')
  if (value.kind === 'read' && !('bytes' in value && typeof value.bytes === 'number' && value.bytes >= 0)) throw new Fault('corrupt', 'it is not told how much was read')
  return value as Message // Its kind says what it holds; both sides are this file.
}

function checkGreeting(message: Message): Extract<Message, { kind: 'hello' }> {
  if (message.kind !== 'hello') throw new Fault('usage', 'the other side did not greet first')
  if (message.version !== protocolVersion) throw new Fault('usage', `this side of Contrail speaks version ${protocolVersion} of its protocol, and the other side version ${message.version}: close all windows of Contrail and start it again`)
  return message
}
