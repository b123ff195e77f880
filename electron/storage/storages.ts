import { setMaxListeners } from 'node:events'
import type { S3Client } from '@aws-sdk/client-s3'
import type { S3Usage, S3Where } from '#shared/contract/s3.ts'
import { openStorage } from './openStorage.ts'
import { defaultCacheBytes, openObjectCache } from './s3/objectCache.ts'
import { openS3Client } from './s3/s3Client.ts'
import { credentialsName, noPlaces, placeOf, serverName, type S3Place, type S3Places } from './s3/s3Place.ts'
import { proxyFor, proxyName, type Proxies } from './s3/proxies.ts'
import { openS3Store, usualLimits, type S3Limits } from './s3/s3Store.ts'
import { isS3Uri, parseS3Uri } from './s3/s3Uri.ts'
import { openUsageMeter } from './s3/usage.ts'
import type { Storage } from './storage.ts'

export interface StoragesOptions {
  /** How buckets are reached. Absent: as the environment and the configuration of the AWS tools say. */
  readonly places?: S3Places
  /** Where copies of objects are kept; made when the first bucket is read. undefined: it is not known where, and no bucket can be read. */
  readonly cacheFolder: string | undefined
  /** How many bytes of them at most. */
  readonly cacheBytes?: number
  readonly limits?: S3Limits
  /** Between this machine and the servers; absent: there are none. */
  readonly proxies?: Proxies | undefined
}

/** All places of one program or thread: folders of this machine, and buckets. */
export interface Storages {
  /** Opens a place by its path or URI. Relative paths are relative to the working directory. Nothing is asked of it yet. */
  readonly open: (uri: string) => Storage
  /** Where a place on S3 is, in words; undefined: it is none. */
  where(uri: string): S3Where | undefined
  /** What S3 was asked for so far. */
  usage(): S3Usage
  /** Other credentials or servers, from the next request on; storages that are open take them too. */
  setPlaces(places: S3Places): void
  /** Ends what is being fetched: it fails with Fault `interrupted`, and so does what is asked for later. What is being written is not cut short. */
  stop(): void
  /** Lets go of the files that are held. */
  close(): Promise<void>
}

export function openStorages(options: StoragesOptions): Storages {
  const meter = openUsageMeter()
  const cache = openObjectCache(options.cacheFolder, options.cacheBytes ?? defaultCacheBytes)
  const stop = new AbortController()
  setMaxListeners(0, stop.signal) // One for each request that is under way.
  const limits = options.limits ?? usualLimits
  const clients = new Map<string, Promise<S3Client>>()
  const probed = new Map<string, Promise<void>>()
  const compared = new Set<string>()
  let places = options.places ?? noPlaces

  function clientOf(place: S3Place): Promise<S3Client> {
    const id = JSON.stringify(place)
    const known = clients.get(id)
    if (known) return known
    const client = openS3Client(place, { ...limits, meter, proxies: options.proxies })
    clients.set(id, client)
    client.catch(() => clients.delete(id))
    return client
  }

  function open(uri: string): Storage {
    if (!isS3Uri(uri)) return openStorage(uri)
    const at = parseS3Uri(uri)
    return openS3Store(at, {
      place: () => placeOf(places, at.bucket),
      client: clientOf,
      forgetClient: (place) => clients.delete(JSON.stringify(place)),
      limits,
      cache,
      meter,
      probed,
      compared,
      signal: stop.signal
    })
  }

  /** Through which proxy; a wrong one is told of by who is asked for something. */
  function wayTo({ endpoint = 'https://s3.amazonaws.com' }: S3Place): string {
    try {
      const proxy = options.proxies && proxyFor(new URL(endpoint), options.proxies)
      return proxy ? ` (through ${proxyName(proxy)})` : ''
    } catch {
      return ''
    }
  }

  function where(uri: string): S3Where | undefined {
    if (!isS3Uri(uri)) return undefined
    const { bucket } = parseS3Uri(uri)
    const place = placeOf(places, bucket)
    return { bucket, server: serverName(place) + wayTo(place), credentials: credentialsName(place) }
  }

  return {
    open,
    where,
    usage: meter.total,
    setPlaces(next) {
      places = next
      probed.clear() // It may be another server by now.
    },
    stop: () => stop.abort(),
    close: () => cache.close()
  }
}
