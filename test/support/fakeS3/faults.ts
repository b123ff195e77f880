import { statusOf } from './answers.ts'
import { startMatching, type RequestMatch } from './matching.ts'
import type { StoredObject } from './objects.ts'
import type { SeenRequest } from './request.ts'

/**
 * What can go wrong between a client and S3. A fault of a body does nothing to an answer without one. `afterBytes` is half of the body where it is left out.
 */
export type Fault =
  // The way there
  /** The connection is reset as soon as the request's head is there. Nothing is done. */
  | { readonly kind: 'resetBefore' }
  /** The connection is reset while the request's body comes in. Nothing is done. */
  | { readonly kind: 'cutUpload'; readonly afterBytes?: number }
  /** The answer begins so much later: a slow network or a slow server. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Silence until the client goes away, before the work or after it. */
  | { readonly kind: 'noAnswer'; readonly afterWork?: boolean }

  // The server
  /** An error of S3, before anything is looked at; with `afterWork`, although it is done. `status` for codes that the fake does not know. */
  | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>>; readonly afterWork?: boolean }
  /** An answer that is not S3's: a proxy's page. Nothing is done. */
  | { readonly kind: 'foreignAnswer'; readonly status: number; readonly body: string; readonly contentType?: string }
  /** The server's clock is wrong by so much, in its checks and in its answers. */
  | { readonly kind: 'wrongClock'; readonly offsetMs: number }
  /** A server that does not know conditional requests: `If-None-Match` and `If-Match` do nothing. */
  | { readonly kind: 'conditionIgnored' }
  /** A server that does not know ranges: 200 and the whole object. */
  | { readonly kind: 'rangeIgnored' }

  // Rights
  /** The session is over: 400 ExpiredToken. */
  | { readonly kind: 'credentialsExpired' }
  /** 403 AccessDenied; `on` says for which operations. */
  | { readonly kind: 'permissionLost' }
  /** 403 AccessDenied for everything that would change a bucket. */
  | { readonly kind: 'readOnly' }
  /** 403 AccessDenied for a key that is not there, as S3 answers who may read but not list. */
  | { readonly kind: 'missingIsForbidden' }

  // Listings
  /** `IsTruncated`, but no token to go on with. */
  | { readonly kind: 'pageWithoutToken' }
  /** A page says that it is the last one and is not. */
  | { readonly kind: 'pageSaysLast' }
  /** Listings show what was there when the fault was added: a server whose listings come late. */
  | { readonly kind: 'staleListing' }

  // The way back
  /** The work is done, and the connection closed without an answer. */
  | { readonly kind: 'lostResponse' }
  /** The connection is reset within the body. */
  | { readonly kind: 'resetMidBody'; readonly afterBytes?: number }
  /** The connection ends within the body, in good order; Content-Length tells of all of it. */
  | { readonly kind: 'truncatedBody'; readonly afterBytes?: number }
  /** Less of the body, with a Content-Length that agrees: a proxy that cuts. */
  | { readonly kind: 'shorterBody'; readonly afterBytes?: number }
  /** A part of the body, then nothing until the client goes away. */
  | { readonly kind: 'stalledBody'; readonly afterBytes?: number }
  | { readonly kind: 'slowBody'; readonly bytesPerSecond: number }
  /** One bit of the body is wrong. */
  | { readonly kind: 'damagedBody' }

export type FaultKind = Fault['kind']
export type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>

export interface FaultRule {
  readonly on?: RequestMatch
  /** How often it happens; forever where it is left out. */
  readonly times?: number
  readonly do: Fault
}

/** The faults that a request meets. */
export interface MetFaults {
  readonly kinds: readonly FaultKind[]
  /** The one of a kind; of several, that of the newest rule. */
  find<K extends FaultKind>(kind: K): FaultOf<K> | undefined
  /** What listings show where they are stale. */
  readonly stale: Snapshot | undefined
}

/** Objects by bucket at one moment. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, StoredObject>>

export interface FaultRules {
  add(rule: FaultRule): () => void
  /** Counts the request against every rule, whatever the others make of it. */
  meet(request: SeenRequest): MetFaults
}

export function openFaultRules(snapshot: () => Snapshot): FaultRules {
  const rules = new Set<{ readonly fault: Fault; readonly isMeant: (request: SeenRequest) => boolean; readonly stale: Snapshot | undefined }>()
  return {
    add({ on = {}, times, do: fault }) {
      if (fault.kind === 'error' && fault.status === undefined) statusOf(fault.code)
      const rule = { fault, isMeant: startMatching(on, times), stale: fault.kind === 'staleListing' ? snapshot() : undefined }
      rules.add(rule)
      return () => void rules.delete(rule)
    },
    meet(request) {
      const met = [...rules].filter((rule) => rule.isMeant(request)).reverse()
      return {
        kinds: met.map(({ fault }) => fault.kind),
        find: <K extends FaultKind>(kind: K) => met.find(({ fault }) => fault.kind === kind)?.fault as FaultOf<K> | undefined,
        stale: met.find(({ stale }) => stale !== undefined)?.stale
      }
    }
  }
}
