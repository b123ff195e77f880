import { visibleText } from './visibleText.ts'

/**
 * A refusal or failure that a person can act on: one sentence that names the thing and the next step.
 * `errorClass` is Spark's class in brackets at the start of the message, where Spark refuses the same thing.
 * Everything else that is thrown is a bug of ours.
 */
export class Fault extends Error {
  readonly code: FaultCode
  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(visibleText(message), options)
    this.name = 'Fault'
    this.code = code
  }
}

export type FaultCode =
  | 'usage' // a setting, flag or pipeline file that cannot be meant
  | 'exists' // a file that is there already, and was not to be replaced
  | 'notFound' // a path, file or version that is not there
  | 'storage' // the disk or the network refused
  | 'access' // credentials that are missing, wrong, expired or not enough
  | 'unavailable' // a server that does not answer, or asks to come back later: the same may work in a while
  | 'corrupt' // a file that is not what it claims to be
  | 'undecodable' // a data file that is whole, in a form that Contrail cannot decode
  | 'unsupported' // a feature that Contrail does not read or write
  | 'schema' // a column that is missing or of a type that does not fit
  | 'changed' // silver was changed in a way the stream cannot follow
  | 'checkpoint' // a checkpoint that belongs to something else, or is damaged
  | 'concurrent' // somebody else runs the same thing
  | 'interrupted' // asked to stop

export function isFault(error: unknown): error is Fault {
  return error instanceof Fault
}

/** Closes a switch over a tagged union: a new member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
