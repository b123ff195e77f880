import type { S3Client } from '@aws-sdk/client-s3'
import { Fault } from '#shared/engine/fault.ts'
import { homeFolder } from '../homeFolder.ts'
import { connectionsAtOnce } from '../openFiles.ts'
import { serverName, type S3Place } from './s3Place.ts'
import type { UsageMeter } from './usage.ts'

export interface S3ClientOptions {
  /** The SDK's own tries of one request; between them it waits longer and longer. */
  readonly attempts: number
  /** How long a server may say nothing at all. */
  readonly silenceMs: number
  readonly meter: UsageMeter
}

/** Where nothing else is said: what every server that is not Amazon's takes, and where Amazon answers with the right region. */
const usualRegion = 'us-east-1'

/** The AWS SDK, for one place. It is large, and loaded when the first bucket is asked for. */
export async function openS3Client(place: S3Place, options: S3ClientOptions): Promise<S3Client> {
  if (place.keysGone !== undefined) throw new Fault('access', `there are no keys for ${serverName(place)}: ${place.keysGone}; type them again, then start again`)
  // Node 20 does, as the versions of the SDK that Contrail uses say; that a later one will not is nothing for its users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  // It looks for its files at home, and fails where there is none; this variable it takes for the same, and nothing else does.
  if (homeFolder() === undefined) process.env.USERPROFILE ??= '/'
  const [{ S3Client }, { fromNodeProviderChain }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/credential-providers')])
  const { endpoint, profile, keys, pathStyle } = place
  const maxSockets = connectionsAtOnce()
  const make = (region: string | undefined): S3Client =>
    new S3Client({
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && {
        endpoint,
        // Servers of others reject the checksums that Amazon's are sent by default: aws/aws-sdk-js-v3#6810.
        requestChecksumCalculation: 'WHEN_REQUIRED' as const,
        responseChecksumValidation: 'WHEN_REQUIRED' as const
      }),
      forcePathStyle: pathStyle ?? endpoint !== undefined,
      followRegionRedirects: endpoint === undefined,
      ...(place.isAmazon && { ignoreConfiguredEndpointUrls: true }),
      // The last of the chain, a service of Amazon's own machines, must not hold up a laptop that is none of them.
      credentials: keys ?? fromNodeProviderChain({ ...(profile !== undefined && { profile }), ignoreCache: true, timeout: 1000, maxRetries: 0 }),
      ...(profile !== undefined && { profile }),
      maxAttempts: options.attempts,
      requestHandler: { connectionTimeout: options.silenceMs, requestTimeout: options.silenceMs, throwOnRequestTimeout: true, socketTimeout: options.silenceMs, httpAgent: { maxSockets }, httpsAgent: { maxSockets } }
    })
  let client = make(place.region ?? (endpoint === undefined ? undefined : usualRegion))
  try {
    await client.config.region()
  } catch {
    client = make(usualRegion)
  }
  client.middlewareStack.add(
    (next) => (args) => {
      options.meter.request(sizeOf((args.request as { body?: unknown }).body))
      return next(args)
    },
    // After the middleware that tries again: each try is a request.
    { step: 'finalizeRequest', priority: 'low', name: `count requests to ${serverName(place)}` }
  )
  return client
}

const sizeOf = (body: unknown): number => (body instanceof Uint8Array ? body.byteLength : typeof body === 'string' ? Buffer.byteLength(body) : 0)
