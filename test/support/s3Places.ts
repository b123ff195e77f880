import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openStorages, type Storages, type StoragesOptions } from '#electron/storage/storages.ts'
import type { S3Place } from '#electron/storage/s3/s3Place.ts'
import type { FakeS3 } from './fakeS3/fakeS3.ts'
import { temporaryFolder } from './folders.ts'
import type { ScenarioPlaces } from './runScenario.ts'

/** How the program is told of a server, with its keys. */
export const placeAt = ({ endpoint, region, credentials }: FakeS3): S3Place => ({ endpoint, region, keys: credentials, keysFrom: 'the keys of the test' })

/** Storages with a cache of their own, over a server. */
export function storagesAt(server: FakeS3, options: Partial<StoragesOptions> = {}): Storages {
  return openStorages({ places: { otherwise: placeAt(server), buckets: {} }, cacheFolder: temporaryFolder('cache'), ...options })
}

const places = ['silver', 'gold', 'checkpoints'] as const
export type PlaceName = (typeof places)[number]

/** The places of a scenario, some in a bucket and the others in its folder. */
export function s3Places(server: FakeS3, storages: Storages, folder: string, onS3: readonly PlaceName[] = places, bucket = 'gold'): ScenarioPlaces {
  const uriOf = (name: PlaceName): string => (onS3.includes(name) ? `s3a://${bucket}/lake/${name}` : join(folder, name))
  return {
    silver: uriOf('silver'),
    gold: uriOf('gold'),
    checkpoints: uriOf('checkpoints'),
    openStorage: storages.open,
    async bring(from) {
      for (const name of onS3) {
        if (!existsSync(join(from, name))) continue
        for (const key of server.keys(bucket, `lake/${name}/`)) if (!existsSync(join(from, key.slice('lake/'.length)))) server.delete(bucket, key)
        await server.putFolder(bucket, `lake/${name}`, join(from, name))
      }
    },
    async take(to) {
      for (const name of onS3) {
        if (name === 'silver') continue
        rmSync(join(to, name), { recursive: true, force: true })
        if (server.keys(bucket, `lake/${name}/`).length > 0) await server.takeFolder(bucket, `lake/${name}`, join(to, name))
      }
    }
  }
}
