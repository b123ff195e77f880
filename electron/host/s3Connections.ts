import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NewS3Connection, S3Connected, S3Connection, S3Connections, S3KeysFrom } from '#shared/contract/s3.ts'
import { isFault } from '#shared/engine/fault.ts'
import { replaceDurably } from '../storage/durableFile.ts'
import { moveAside } from '../storage/moveAside.ts'
import { parseObject } from '../storage/parseObject.ts'
import { awsFilesOf, readAwsConfiguration, type AwsConfiguration } from '../storage/s3/awsConfiguration.ts'
import type { KeyVault } from '../storage/s3/keyVault.ts'
import { endpointOfProfile } from '../storage/s3/placesOf.ts'
import { credentialsName, type S3Keys, type S3Place, type S3Places } from '../storage/s3/s3Place.ts'
import { formatS3Root } from '../storage/s3/s3Uri.ts'
import { readSmallFile } from '../storage/smallFile.ts'
import { errorCode, storageFault } from '../storage/storageFault.ts'
import { isBucket, isEndpoint, isRegion, parseConnection } from './parseConnection.ts'

/** How buckets are reached, as somebody has said in the workbench. Keys are in memory, and in the vault where they are kept; nowhere else. */
export interface S3ConnectionsStore {
  list(): Promise<S3Connections>
  connect(connection: NewS3Connection): Promise<S3Connected>
  forget(bucket: string): Promise<void>
  /** As they are now, with what the environment says of other buckets. */
  places(): S3Places
}

export interface S3ConnectionsParts {
  readonly dataFolder: string
  /** As the environment says. */
  readonly given: S3Places
  readonly vault: KeyVault
  /** Where the files of the AWS tools are. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onPlaces: (places: S3Places) => void
}

/** As the file holds it: `there` is of a session. */
type Saved = Omit<S3Connection, 'keys'> & { readonly keys: SavedKeys }

type SavedKeys = Exclude<S3KeysFrom, { kind: 'typed' }> | { readonly kind: 'typed'; readonly kept: boolean }

const formatVersion = 1
const mostConnections = 200
const mostBytes = 1_000_000

/** They lie in `s3.json` of the data folder, without keys. One of another version, or a damaged one, is moved aside by the next change. */
export async function openS3Connections({ dataFolder, given, vault, environment, onPlaces }: S3ConnectionsParts): Promise<S3ConnectionsStore> {
  const file = join(dataFolder, 's3.json')
  const keys = new Map<string, S3Keys>()
  let saved: readonly Saved[] = (await readSaved(file).catch(() => undefined)) ?? []
  for (const { bucket, keys: from } of saved) {
    const found = from.kind === 'typed' && from.kept ? await vault.read(bucket).catch(() => undefined) : undefined
    if (found) keys.set(bucket, found)
  }
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  /** As the files are now: somebody may have added a profile. */
  const configurationNow = (): AwsConfiguration => readAwsConfiguration(given.otherwise.awsFiles ?? awsFilesOf(environment))

  function places(): S3Places {
    const configuration = configurationNow()
    const own = saved.map((connection) => {
      const { bucket } = connection
      return [bucket, placeOfConnection(connection, { usual: given.otherwise, keys: keys.get(bucket), configuration })] as const
    })
    return { otherwise: given.otherwise, buckets: { ...given.buckets, ...Object.fromEntries(own) } }
  }

  /** On what the file holds then: another window may have changed it. */
  async function change(next: (before: readonly Saved[]) => readonly Saved[]): Promise<void> {
    try {
      await mkdir(dataFolder, { recursive: true })
      const before = await readSaved(file)
      if (before === undefined) await moveAside(file)
      const connections = next(before ?? [])
      await replaceDurably(file, Buffer.from(`${JSON.stringify({ formatVersion, connections }, undefined, 2)}\n`))
      saved = connections
    } catch (error) {
      throw storageFault(error, 'write', file)
    }
    onPlaces(places())
  }

  /** Why they are not kept, though they were to be. */
  async function keepKeys(bucket: string, kept: S3Keys | undefined): Promise<string | null> {
    try {
      if (kept) await vault.keep(bucket, kept)
      else await vault.forget(bucket)
      return null
    } catch (error) {
      return isFault(error) ? error.message : 'the keychain of this system does not take the keys: they hold for this session'
    }
  }

  return {
    places,
    async list() {
      const { endpoint = null, region = null } = given.otherwise
      const { profiles, profile } = configurationNow()
      const servers = profiles.flatMap((name) => {
        const server = endpointOfProfile(profile(name) ?? {})?.endpoint
        return server === undefined ? [] : [[name, server] as const]
      })
      return {
        connections: saved.map((connection) => ({ ...connection, keys: connection.keys.kind === 'typed' ? { ...connection.keys, there: keys.has(connection.bucket) } : connection.keys })),
        usual: { endpoint: endpoint ?? null, region: region ?? null, credentials: credentialsName(given.otherwise) },
        profiles,
        profileServers: Object.fromEntries(servers),
        cannotKeep: vault.cannotKeep()
      }
    },
    connect: (connection) =>
      inTurn(async () => {
        const parsed = parseConnection(connection, (bucket) => keys.has(bucket))
        if (parsed.kind === 'refused') return parsed
        const { at, endpoint, region, pathStyle, from } = parsed
        const { bucket } = at
        const typed = from.kind === 'typed' ? (from.typed ?? keys.get(bucket)) : undefined
        const wantsKept = from.kind === 'typed' && from.keep
        const warning = await keepKeys(bucket, wantsKept ? typed : undefined)
        if (typed) keys.set(bucket, typed)
        else keys.delete(bucket)
        const own: Saved = { bucket, endpoint, region, pathStyle, keys: from.kind === 'typed' ? { kind: 'typed', kept: wantsKept && warning === null } : from }
        await change((before) => [own, ...before.filter((other) => other.bucket !== bucket)].slice(0, mostConnections))
        return { kind: 'connected', path: formatS3Root(at), warning }
      }),
    forget: (bucket) =>
      inTurn(async () => {
        keys.delete(bucket)
        await vault.forget(bucket)
        await change((before) => before.filter((other) => other.bucket !== bucket))
      })
  }
}

interface Surroundings {
  /** How buckets are reached that nobody connected to. */
  readonly usual: S3Place
  /** Those that were typed. */
  readonly keys: S3Keys | undefined
  readonly configuration: AwsConfiguration
}

/** Without an endpoint it is Amazon's, or what the chosen profile says. */
function placeOfConnection({ endpoint, region, pathStyle, keys: from }: Saved, { usual, keys, configuration }: Surroundings): S3Place {
  const { awsFiles, caBundle } = usual
  const where: S3Place = {
    ...(endpoint !== null && { endpoint, pathStyle }),
    ...(region !== null && { region }),
    ...(caBundle !== undefined && { caBundle }),
    ...(awsFiles !== undefined && { awsFiles })
  }
  if (from.kind === 'none') return { ...where, anonymous: true }
  if (from.kind === 'profile') return { ...placeOfProfile(configuration, from.profile), ...where, profile: from.profile }
  if (from.kind === 'machine') {
    const { profile, keys: found, keysFrom, anonymous } = usual
    return { ...(usual.region !== undefined && { region: usual.region }), ...where, profile, keys: found, keysFrom, anonymous }
  }
  const keysFrom = from.kept ? 'the keys kept in the keychain' : 'the keys typed for this session'
  if (keys) return { ...where, keys, keysFrom }
  return { ...where, keysFrom, keysGone: from.kept ? 'the keychain of this system does not give them' : 'they were typed for a session that is over' }
}

function placeOfProfile(configuration: AwsConfiguration, name: string): S3Place {
  const found = configuration.profile(name) ?? {}
  const { region, pathStyle, caBundle } = found
  return {
    ...endpointOfProfile(found),
    ...(region !== undefined && { region }),
    ...(pathStyle !== undefined && { pathStyle }),
    ...(caBundle !== undefined && { caBundle })
  }
}

/** undefined: there is a file, and it is not one of ours. Entries of another shape are left out. */
async function readSaved(file: string): Promise<readonly Saved[] | undefined> {
  let text: string
  try {
    text = await readSmallFile(file, mostBytes)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    if (isFault(error)) return undefined // Too large to be ours.
    throw storageFault(error, 'read', file)
  }
  const { formatVersion: version, connections } = parseObject(text)
  if (version !== formatVersion || !Array.isArray(connections)) return undefined
  return connections.flatMap(savedOf).slice(0, mostConnections)
}

function savedOf(value: unknown): Saved[] {
  if (typeof value !== 'object' || value === null) return []
  const { bucket, endpoint, region, pathStyle, keys } = value as Record<string, unknown>
  const from = keysOf(keys)
  if (!isBucket(bucket) || !(endpoint === null || isEndpoint(endpoint)) || !(region === null || isRegion(region)) || typeof pathStyle !== 'boolean' || !from) return []
  return [{ bucket, endpoint, region, pathStyle, keys: from }]
}

function keysOf(value: unknown): Saved['keys'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, profile, kept } = value as Record<string, unknown>
  if (kind === 'machine' || kind === 'none') return { kind }
  if (kind === 'profile' && typeof profile === 'string' && profile !== '') return { kind, profile }
  return kind === 'typed' && typeof kept === 'boolean' ? { kind, kept } : undefined
}
