import { Fault } from '#shared/engine/fault.ts'
import { wholePath } from '../workingDirectory.ts'

/** A bucket, and the part of its keys that a storage is the root of: without slashes at its ends, '' for the whole bucket. */
export interface S3Root {
  readonly bucket: string
  readonly prefix: string
}

/** Whether a text is meant as the URI of a place on S3. */
export const isS3Uri = (uri: string): boolean => /^s3[an]?:/i.test(uri)

/** Parses s3://bucket/prefix; s3a:// and s3n:// are what Hadoop calls the same. Faults say what is wrong with it. */
export function parseS3Uri(uri: string): S3Root {
  const [, bucket, rest = ''] = /^s3[an]?:\/\/([^/]*)(?:\/(.*))?$/is.exec(uri.trim()) ?? []
  if (bucket === undefined || bucket === '') throw new Fault('usage', `${uri} names no bucket: write it as s3://bucket/folder`)
  if (bucket.includes('@') || bucket.includes(':')) throw new Fault('usage', 'the S3 address has something else than a bucket between // and the next /: write it as s3://bucket/folder, and give keys and the server in the settings')
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket)) throw new Fault('usage', `${bucket} cannot be the name of a bucket (3 to 63 letters, digits, dots and hyphens): write the address as s3://bucket/folder`)
  if (bucket.endsWith('--x-s3')) throw new Fault('unsupported', `${bucket} is a directory bucket, which does not list its objects in order: use a general purpose bucket`)
  const names = rest.replaceAll(/^\/+|\/+$/g, '').split('/')
  if (names.some((name) => name === '.' || name === '..')) throw new Fault('usage', `${uri} has a . or .. in it, which S3 does not know: write the folder itself`)
  return { bucket, prefix: names.join('/') }
}

/** A path or address as it is kept and compared: from the root on, without slashes at its end; what no bucket could be called stays as it is. */
export function wholePlace(path: string): string {
  if (!isS3Uri(path)) return wholePath(path)
  return isS3Place(path) ? formatS3Root(parseS3Uri(path)) : path
}

/** Whether it is the URI of a bucket that there could be. */
export function isS3Place(uri: string): boolean {
  try {
    return isS3Uri(uri) && parseS3Uri(uri).bucket !== ''
  } catch {
    return false
  }
}

export const formatS3Root = ({ bucket, prefix }: S3Root): string => `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`
