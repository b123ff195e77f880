import { isFault, type Fault, type FaultCode } from '#shared/engine/fault.ts'

const ofFiles: readonly FaultCode[] = ['corrupt', 'notFound', 'schema', 'undecodable']

/**
 * Whether an error is about a data file itself, so that others can be read without it: missing, damaged, not to be
 * decoded, or of other types than its table.
 */
export function isBadFile(error: unknown): error is Fault {
  return isFault(error) && ofFiles.includes(error.code)
}
