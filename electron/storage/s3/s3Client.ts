import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { Fault } from '#shared/engine/fault.ts'
import { homeFolder } from '../homeFolder.ts'
import { connectionsAtOnce } from '../openFiles.ts'
import { awsFilesOf, readAwsConfiguration, refuseUtf16 } from './awsConfiguration.ts'
import type { Proxies } from './proxies.ts'
import { withProxy } from './proxyOf.ts'
import { serverName, type S3Place } from './s3Place.ts'
import type { UsageMeter } from './usage.ts'

type NodeHttpHandlerOptions = NonNullable<S3ClientConfig['requestHandler']>

export interface S3ClientOptions {
  /** The SDK's own tries of one request; between them it waits longer and longer. */
  readonly attempts: number
  /** How long a server may say nothing at all. */
  readonly silenceMs: number
  readonly meter: UsageMeter
  /** As the environment says; undefined: there are none. */
  readonly proxies: Proxies | undefined
}

/** Where nothing else is said: what every server that is not Amazon's takes, and where Amazon answers with the right region. */
const usualRegion = 'us-east-1'

/** The AWS SDK, for one place. It is large, and loaded when the first bucket is asked for. */
export async function openS3Client(place: S3Place, options: S3ClientOptions): Promise<S3Client> {
  checkPlace(place)
  // Node 20 does, as the versions of the SDK that Contrail uses say; that a later one will not is nothing for its users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  // It looks for its files at home, and fails where there is none; this variable it takes for the same, and nothing else does.
  if (homeFolder() === undefined) process.env.USERPROFILE ??= '/'
  const { S3Client } = await import('@aws-sdk/client-s3')
  const { endpoint, pathStyle } = place
  const requestHandler = await handlerOptions(place, options)
  const client = new S3Client({
    region: place.region ?? usualRegion,
    ...(endpoint !== undefined && {
      endpoint,
      // Servers of others reject the checksums that Amazon's are sent by default: aws/aws-sdk-js-v3#6810.
      requestChecksumCalculation: 'WHEN_REQUIRED' as const,
      responseChecksumValidation: 'WHEN_REQUIRED' as const
    }),
    // What the AWS configuration says of endpoints is in the place already.
    ignoreConfiguredEndpointUrls: true,
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    followRegionRedirects: endpoint === undefined,
    ...(place.anonymous ? unsigned : { credentials: await credentialsFor(place, requestHandler) }),
    ...(place.profile !== undefined && { profile: place.profile }),
    maxAttempts: options.attempts,
    ...(options.proxies && { expectContinueHeader: false }), // Not every proxy passes it on.
    requestHandler
  })
  client.middlewareStack.add(
    (next) => async (args) => {
      options.meter.request(sizeOf((args.request as { body?: unknown }).body))
      try {
        return await next(args)
      } catch (error) {
        throw withProxy(error, args.request, options.proxies)
      }
    },
    // After the middleware that tries again: each try is a request.
    { step: 'finalizeRequest', priority: 'low', name: `count requests to ${serverName(place)}` }
  )
  return client
}

/** What cannot be right is not asked for. */
function checkPlace({ wrong, keysGone, profile, awsFiles, ...place }: S3Place): void {
  if (wrong !== undefined) throw new Fault('usage', wrong)
  if (keysGone !== undefined) throw new Fault('access', `there are no keys for ${serverName(place)}: ${keysGone}; type them again, then start again`)
  if (profile === undefined) return
  const files = awsFiles ?? awsFilesOf(process.env)
  const { profiles } = readAwsConfiguration(files)
  if (profiles.includes(profile)) return
  const where = [files.config, files.credentials].filter((file) => file !== undefined).join(' or ')
  const known = profiles.length === 0 ? 'there are none' : `those there are ${profiles.slice(0, 10).join(', ')}`
  throw new Fault('access', `there is no profile ${profile} in ${where} (${known}): choose another, or make it with aws configure --profile ${profile}`)
}

async function credentialsFor({ keys, profile, awsFiles }: S3Place, requestHandler: NodeHttpHandlerOptions) {
  if (keys) return keys
  refuseUtf16(awsFiles ?? awsFilesOf(process.env))
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers')
  return fromNodeProviderChain({
    ...(profile !== undefined && { profile }),
    ...(awsFiles?.config !== undefined && { configFilepath: awsFiles.config }),
    ...(awsFiles?.credentials !== undefined && { filepath: awsFiles.credentials }),
    // Sessions are renewed at servers of Amazon's, which are reached in the same way.
    clientConfig: { requestHandler },
    ignoreCache: true,
    // The last of the chain, a service of Amazon's own machines, must not hold up a laptop that is none of them.
    timeout: 1000,
    maxRetries: 0
  })
}

/** Requests as they are, without any credentials. */
const noAuth = 'smithy.api#noAuth'
const unsigned = {
  httpAuthSchemeProvider: () => [{ schemeId: noAuth }],
  httpAuthSchemes: [
    {
      schemeId: noAuth,
      identityProvider: () => () => Promise.resolve({}),
      signer: { sign: <Request>(request: Request) => Promise.resolve(request) }
    }
  ]
}

/** Agents of our own only where they are needed: those of the SDK know more of its requests. */
async function handlerOptions({ caBundle }: S3Place, { silenceMs, proxies }: S3ClientOptions): Promise<NodeHttpHandlerOptions> {
  const maxSockets = connectionsAtOnce()
  const patience = { connectionTimeout: silenceMs, requestTimeout: silenceMs, throwOnRequestTimeout: true, socketTimeout: silenceMs }
  if (!proxies && caBundle === undefined) return { ...patience, httpAgent: { maxSockets }, httpsAgent: { maxSockets } }
  const { openAgents } = await import('./agents.ts')
  return { ...patience, ...openAgents({ proxies, caBundle, maxSockets }) }
}

const sizeOf = (body: unknown): number => (body instanceof Uint8Array ? body.byteLength : typeof body === 'string' ? Buffer.byteLength(body) : 0)
