import type { Host } from '#shared/contract/host.ts'
import type { KeyVault } from '../storage/s3/keyVault.ts'
import type { StoragesOptions } from '../storage/storages.ts'

/** A host that is at work, and how it ends. */
export interface OpenedHost {
  readonly host: Host
  /** Stops what runs between two batches. */
  close(): Promise<void>
}

export interface HostOptions {
  /** Where runs, the sample and the settings of the workbench are kept; made when it is needed. */
  readonly dataFolder: string
  readonly platform: 'browser' | 'electron'
  /** Where S3 is, and copies of what lies there. Absent: as the environment says, and in the data folder. */
  readonly storage?: StoragesOptions | undefined
  /** Absent: keys that are typed hold for this session. */
  readonly vault?: KeyVault
  /** Where the files of the AWS tools are; absent: as this process was told. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export type OpenHost = (options: HostOptions) => Promise<OpenedHost>

/** How long a host may take to leave things in order; it is as safe without. */
const patienceMs = 10_000

/** False when the host did not end in time. */
export async function closeInTime({ close }: Pick<OpenedHost, 'close'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), patienceMs)))
  try {
    return await Promise.race([close().then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
