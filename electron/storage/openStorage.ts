import { Fault } from '#shared/engine/fault.ts'
import { fileURLToPath } from 'node:url'
import { isS3Uri } from './s3/s3Uri.ts'
import { openLocalStore } from './localStore.ts'
import type { Storage } from './storage.ts'
import { wholePath } from './workingDirectory.ts'

/** Opens a folder of this machine by its path or URI. Relative paths are relative to `baseFolder`, or to the working directory. */
export function openStorage(uri: string, baseFolder?: string): Storage {
  if (uri.trim() === '') throw new Fault('usage', 'the path of a folder is empty: give a path')
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase() // Two letters at least: C: is a drive.
  if (scheme === undefined) return openLocalStore(wholePath(uri, baseFolder))
  if (scheme === 'file') return openLocalStore(pathOf(uri))
  if (isS3Uri(uri)) throw new Fault('usage', `${uri} is a place on S3, and a folder of this machine is needed here: give its path`)
  throw new Fault('unsupported', `${uri}: Contrail does not know ${scheme}: URIs; give the path of a local folder`)
}

function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri)
  } catch (error) {
    throw new Fault('usage', `${uri} is not the URI of a local folder: write it as file:///folder, or give the path`, { cause: error })
  }
}
