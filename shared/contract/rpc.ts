import { Fault } from '#shared/engine/fault.ts'
import type { Channel } from './channel.ts'
import { fromPlainFault, toPlainFault, type PlainFault } from './faults.ts'
import { decodeFrame, encodeFrame } from './frame.ts'
import { protocolVersion } from './version.ts'

/** Messages. The first one each way is a greeting. */
type Message =
  | { readonly kind: 'hello'; readonly version: number }
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly fault: PlainFault }
  | { readonly kind: 'event'; readonly name: string; readonly value?: unknown }

export interface Served {
  /** Stops listening to the target; the channel is closed. */
  close(): void
}

/** Answers the calls that come over a channel, and sends the target's events. Only the named methods can be called. */
export function serve<Target extends object>(target: Target, methods: readonly (keyof Target & string)[], channel: Channel): Served {
  const events = methods.filter(isEvent)
  const calls = new Set<string>(methods.filter((method) => !isEvent(method)))
  const functions = target as Record<string, (...args: unknown[]) => unknown>
  const offs: (() => void)[] = []
  let greeted = false
  let open = true
  const send = (message: Message) => {
    if (open) channel.post(encodeFrame(message))
  }
  channel.onClose(() => {
    open = false
    for (const off of offs.splice(0)) off()
  })
  send({ kind: 'hello', version: protocolVersion })
  channel.onMessage((bytes) => {
    let message: Message
    try {
      message = parseMessage(bytes)
      if (!greeted) {
        checkGreeting(message)
        greeted = true
        for (const event of events) offs.push(functions[event]!.call(target, (value: unknown) => send({ kind: 'event', name: event, value })) as () => void)
        return
      }
    } catch {
      // What cannot be understood cannot be answered: the other side hears of it by the close.
      channel.close()
      return
    }
    if (message.kind === 'call') void answer(message)
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
  const shut = (reason: string) => {
    if (closed !== undefined) return
    closed = reason
    for (const { reject } of pending.values()) reject(gone(reason))
    pending.clear()
    onClose(reason)
  }
  channel.onClose(shut)
  channel.onMessage((bytes) => {
    try {
      const message = parseMessage(bytes)
      if (!greeted) {
        checkGreeting(message)
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

const kinds: ReadonlySet<unknown> = new Set(['hello', 'call', 'answer', 'failure', 'event'])

function parseMessage(bytes: Uint8Array): Message {
  const value = decodeFrame(bytes)
  if (typeof value !== 'object' || value === null || !('kind' in value) || !kinds.has(value.kind)) throw new Fault('corrupt', 'a message is of no known kind')
  if (value.kind === 'call' && (!('method' in value) || typeof value.method !== 'string' || !('args' in value) || !Array.isArray(value.args) || !('id' in value) || typeof value.id !== 'number')) throw new Fault('corrupt', 'a call without a method, arguments or number')
  return value as Message // Its kind says what it holds; both sides are this file.
}

function checkGreeting(message: Message): void {
  if (message.kind !== 'hello') throw new Fault('usage', 'the other side did not greet first')
  if (message.version !== protocolVersion) throw new Fault('usage', `this side of Contrail speaks version ${protocolVersion} of its protocol, and the other side version ${message.version}: close all windows of Contrail and start it again`)
}
