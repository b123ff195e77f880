import type { FaultCode } from '#shared/engine/fault.ts'
import type { S3Place } from './s3Place.ts'

/** What was asked, for the sentence that says why it failed. */
export interface S3Request {
  readonly place: S3Place
  readonly bucket: string
  /** As messages name it: s3://bucket/key. */
  readonly path: string
  /** "read", "write", "list", "remove". */
  readonly doing: string
}

/** What the SDK's error says of an answer. */
export interface Told {
  readonly name: string
  readonly status: number | undefined
  readonly region: string | undefined
  /** Whoever speaks S3 numbers its answers, or names what is wrong. */
  readonly isOfS3: boolean
}

/** A Fault to be: its code and its sentence. */
export type Said = readonly [FaultCode, string]

/** Why no answer came, by Node's code. */
export const networkCodes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  ENETDOWN: 'there is no network',
  ESOCKETTIMEDOUT: 'it does not answer'
}
