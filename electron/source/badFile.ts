import { isFault, type Fault } from '#shared/engine/fault.ts'

/** Whether an error is about a data file itself, so that others can be read without it: missing, damaged, or of other types than its table. */
export function isBadFile(error: unknown): error is Fault {
  return isFault(error) && (error.code === 'corrupt' || error.code === 'notFound' || error.code === 'schema')
}
