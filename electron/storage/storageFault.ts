import { Fault, isFault } from '#shared/engine/fault.ts'
import { tooManyOpen } from './openFiles.ts'

/** What the operating system says about `path`, as a Fault; errors of another kind come back as they are. `doing`: "read", "write to", "list". */
export function storageFault(error: unknown, doing: string, path: string): unknown {
  const code = errorCode(error)
  if (code === undefined || error instanceof Fault) return error
  const cause = { cause: error }
  switch (code) {
    case 'ENOENT':
      return new Fault('notFound', `${path} is not there: check the path`, cause)
    case 'ENOTDIR':
      return new Fault('notFound', `${path} is not there, because a part of the path is a file: check the path`, cause)
    case 'EEXIST':
    case 'EISDIR':
      return new Fault('storage', `cannot ${doing} ${path}, because a file is where a folder must be, or a folder where a file must be: choose another path`, cause)
    case 'EACCES':
    case 'EPERM':
      return new Fault('storage', `no permission to ${doing} ${path}: change its permissions, or run as a user who has them`, cause)
    case 'EROFS':
      return new Fault('storage', `cannot ${doing} ${path}, because its file system is read-only: choose another folder`, cause)
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new Fault('storage', `cannot ${doing} ${path}, because the disk is full or its limit is reached: make room, then start again`, cause)
    case 'EMFILE':
    case 'ENFILE':
      return tooManyOpen(`cannot ${doing} ${path}`, error)
    default:
      return new Fault('storage', `cannot ${doing} ${path} (${code}): check the disk, then start again`, cause)
  }
}

/** "ENOENT"; undefined for what is no error of the operating system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string' ? error.code : undefined
}

/** For `catch`: what is not there, as a Fault or as the operating system says it, is undefined; other errors stay errors. */
export function ignoreMissing(error: unknown): undefined {
  if ((isFault(error) && error.code === 'notFound') || errorCode(error) === 'ENOENT') return undefined
  throw error
}

/** Node reads nothing larger at once. */
export const mostReadable = 2 ** 31 - 1

/** For what is not read: it would fill the memory, and nobody writes one of its kind that large. */
export function tooLarge(name: string, sizeBytes: number, mostBytes: number): Fault {
  return new Fault('corrupt', `${name} has ${sizeBytes} bytes, and a file of its kind at most ${mostBytes}: it is damaged, or not what its name says; restore it from a copy`)
}
