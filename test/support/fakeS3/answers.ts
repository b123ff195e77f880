/** What goes back to the client, before a fault makes something else of it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** S3's name of the error; undefined where there is none. */
  readonly code: string | undefined
}

/** An element of XML; one without content is left out. */
export type Xml = readonly [name: string, content: string | number | boolean | undefined | readonly Xml[]]

const nothing = new Uint8Array()

export function answer(status: number, headers: Readonly<Record<string, string>> = {}, body: Uint8Array = nothing): Answer {
  return { status, headers, body, code: undefined }
}

export function xmlAnswer(root: Xml, headers: Readonly<Record<string, string>> = {}): Answer {
  return answer(200, { ...headers, 'content-type': 'application/xml' }, xmlDocument([root[0], root[1]], ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'))
}

/** Why a request is not served: the error document of S3. Thrown by whatever finds it. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  /** Elements that only this code has. */
  readonly fields: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, message: string, { status = statusOf(code), fields = {}, headers = {} }: { status?: number; fields?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {}) {
    super(message)
    this.status = status
    this.code = code
    this.fields = fields
    this.headers = headers
  }
}

export function refusalAnswer({ code, message, status, fields, headers }: Refusal): Answer {
  const body = xmlDocument(['Error', [['Code', code], ['Message', message], ...Object.entries(fields), ['RequestId', '0'], ['HostId', 'fake']]])
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body, code }
}

/** The status that S3 gives to an error of this name. */
export function statusOf(code: string): number {
  const status = statuses[code]
  if (status === undefined) throw new Error(`${code} has no status in the fake S3: give one`)
  return status
}

const statuses: Readonly<Record<string, number>> = {
  PermanentRedirect: 301,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  InvalidArgument: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRequest: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  RequestTimeout: 400,
  XAmzContentSHA256Mismatch: 400,
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  MethodNotAllowed: 405,
  ConditionalRequestConflict: 409,
  OperationAborted: 409,
  MissingContentLength: 411,
  PreconditionFailed: 412,
  InvalidRange: 416,
  InternalError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  SlowDown: 503
}

function xmlDocument([name, content]: Xml, attributes = ''): Uint8Array {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attributes}>${xmlContent(content)}</${name}>`)
}

function xmlContent(content: Xml[1]): string {
  if (!Array.isArray(content)) return escapeXml(String(content))
  return (content as readonly Xml[]).map(([name, inner]) => (inner === undefined ? '' : `<${name}>${xmlContent(inner)}</${name}>`)).join('')
}

/** Control characters too: a reader of XML would otherwise turn a carriage return into a line feed. */
function escapeXml(text: string): string {
  return text.replace(/[<>&"'\u0000-\u001f]/g, (character) => `&#${character.charCodeAt(0)};`)
}
