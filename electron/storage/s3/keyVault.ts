import type { S3Keys } from './s3Place.ts'

/** Where keys outlive the program: the keychain of the system, which only the desktop app can reach. */
export interface KeyVault {
  /** Why no keys can be kept, as the end of a sentence; null: they can. */
  cannotKeep(): string | null
  keep(bucket: string, keys: S3Keys): Promise<void>
  /** undefined: none are kept for that bucket, or the system does not give them any more. */
  read(bucket: string): Promise<S3Keys | undefined>
  forget(bucket: string): Promise<void>
}

/** Of a program that has none. */
export const noVault: KeyVault = {
  cannotKeep: () => 'only the desktop app reaches the keychain of this system',
  keep: () => Promise.reject(new Error('there is no keychain')),
  read: () => Promise.resolve(undefined),
  forget: () => Promise.resolve()
}
