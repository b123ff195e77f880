import { Fault, isFault, type FaultCode } from '#shared/engine/fault.ts'

/** A failure as it crosses a channel. `bug`: a mistake of ours, whose message is not meant for a person alone. */
export interface PlainFault {
  readonly code: FaultCode | 'bug'
  readonly message: string
  readonly detail?: string
}

export function toPlainFault(error: unknown): PlainFault {
  if (isFault(error)) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'bug', message: `a mistake in Contrail itself: ${message}`, ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }) }
}

export function fromPlainFault({ code, message, detail }: PlainFault): Error {
  if (code !== 'bug') return new Fault(code, message)
  const error = new Error(message)
  if (detail !== undefined) error.stack = detail
  return error
}
