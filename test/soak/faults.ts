import { rmSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import type { FakeS3 } from '#test/support/fakeS3/fakeS3.ts'
import type { Fault } from '#test/support/fakeS3/faults.ts'
import type { RequestMatch } from '#test/support/fakeS3/matching.ts'

export interface SoakFaults {
  /** Lets one happen, of the kinds that there are, and says which. */
  inject(): string
  /** How often each has happened. */
  readonly counts: ReadonlyMap<string, number>
  /** Ends what still goes on. */
  end(): Promise<void>
}

export interface Suffering {
  readonly server: FakeS3
  readonly random: () => number
  /** The run that goes on; undefined between two. */
  readonly child: () => ChildProcess | undefined
  /** Starts a second run over the same checkpoint. */
  readonly second: () => void
  readonly cacheFolder: string
}

const data = { operation: 'GetObject' as const }
const written = { operation: 'PutObject' as const }

/** Faults of a server, by how long they last: so many requests. */
const ofRequests: readonly (readonly [name: string, on: RequestMatch, most: number, fault: Fault])[] = [
  ['burst of 503', {}, 8, { kind: 'error', code: 'ServiceUnavailable' }],
  ['burst of SlowDown', {}, 6, { kind: 'error', code: 'SlowDown' }],
  ['burst of 500', {}, 4, { kind: 'error', code: 'InternalError' }],
  ['error though it was done', written, 2, { kind: 'error', code: 'InternalError', afterWork: true }],
  ['conflict (409)', written, 3, { kind: 'error', code: 'ConditionalRequestConflict' }],
  ['lost response to a PUT', written, 3, { kind: 'lostResponse' }],
  ['connection reset', {}, 5, { kind: 'resetBefore' }],
  ['upload cut', written, 3, { kind: 'cutUpload', afterBytes: 200 }],
  ['reset in mid-body', data, 4, { kind: 'resetMidBody' }],
  ['truncated body', data, 4, { kind: 'truncatedBody' }],
  ['shorter body', data, 1, { kind: 'shorterBody' }],
  ['damaged body', data, 1, { kind: 'damagedBody' }],
  ['stalled body', data, 1, { kind: 'stalledBody' }],
  ['page of a listing lost', { operation: 'ListObjectsV2' }, 3, { kind: 'resetBefore' }],
  ['listing without its token', { operation: 'ListObjectsV2' }, 1, { kind: 'pageWithoutToken' }],
  ['answer of a proxy', {}, 2, { kind: 'foreignAnswer', status: 502, body: '<html>Bad gateway</html>', contentType: 'text/html' }]
]

/** Faults that last for some seconds. */
export function openSoakFaults({ server, random, child, second, cacheFolder }: Suffering): SoakFaults {
  const counts = new Map<string, number>()
  const mends = new Set<() => unknown>()
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1))

  /** Something for a while. */
  function lasting(begin: () => unknown, mend: () => unknown): void {
    begin()
    const end = () => {
      clearTimeout(timer)
      mends.delete(end)
      return mend()
    }
    const timer = setTimeout(end, between(500, 4000))
    mends.add(end)
  }
  const rule = (fault: Fault, on: RequestMatch = {}) => () => {
    let remove: () => void = () => undefined
    lasting(() => (remove = server.fail({ on, do: fault })), () => remove())
  }

  const kinds: readonly (readonly [name: string, act: () => unknown])[] = [
    ...ofRequests.map(([name, on, most, fault]) => [name, () => server.fail({ on, times: between(1, most), do: fault })] as const),
    ['kill -9', () => child()?.kill('SIGKILL')],
    ['kill -9', () => child()?.kill('SIGKILL')],
    ['kill -9 at a write', () => server.onRequest({ on: { ...written, after: between(0, 20) }, times: 1, [random() < 0.5 ? 'before' : 'after']: () => void child()?.kill('SIGKILL') })],
    ['SIGTERM', () => child()?.kill('SIGTERM')],
    ['asleep', () => lasting(() => child()?.kill('SIGSTOP'), () => child()?.kill('SIGCONT'))],
    ['server away', () => lasting(() => server.goDown(), () => server.comeBack())],
    ['credentials expired', () => lasting(() => server.refuseCredentials(server.credentials.accessKeyId, 'expired'), () => server.acceptCredentials(server.credentials))],
    ['permission to write lost', rule({ kind: 'permissionLost' }, written)],
    ['permission to read lost', rule({ kind: 'permissionLost' }, data)],
    ['bucket read-only', rule({ kind: 'readOnly' })],
    ['slow network', rule({ kind: 'latency', ms: 80 })],
    ['second instance', second],
    ['cache removed', () => rmSync(cacheFolder, { recursive: true, force: true })]
  ]
  return {
    counts,
    inject() {
      const [name, act] = kinds[Math.floor(random() * kinds.length)]!
      counts.set(name, (counts.get(name) ?? 0) + 1)
      act()
      return name
    },
    async end() {
      for (const mend of [...mends]) await mend()
    }
  }
}
