import type { Host } from '#shared/contract/host.ts'

/** A host that is at work, and how it ends. */
export interface OpenedHost {
  readonly host: Host
  /** Stops what runs between two batches. */
  close(): Promise<void>
}

export type OpenHost = (options: { readonly dataFolder: string; readonly platform: 'browser' | 'electron' }) => Promise<OpenedHost>

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
