import { Fault } from '#shared/engine/fault.ts'
import type { Action, AddFile, CommitInfo, DeletionVectorDescriptor, MetaData, Protocol } from './actions.ts'
import { inner, long, optionalNumber, optionalText, shapeOf, text, textMap, texts, wholeNumber, type Shape } from './jsonShape.ts'
import { decodePath } from './path.ts'
import { mappingModeOf, parseSchema } from './schema.ts'

/** One action of a log; undefined for those that Contrail does not use. `where` names the file in messages. */
export function parseAction(value: unknown, where: string): Action | undefined {
  const action = shapeOf(value, where)
  const protocol = inner(action, 'protocol')
  if (protocol) return { kind: 'protocol', protocol: parseProtocol(protocol) }
  const metaData = inner(action, 'metaData')
  if (metaData) return { kind: 'metaData', metaData: parseMetaData(metaData) }
  const add = inner(action, 'add')
  if (add) return { kind: 'add', add: parseAdd(add) }
  const remove = inner(action, 'remove')
  if (remove) return { kind: 'remove', remove: { path: pathOf(remove), dataChange: flag(remove, 'dataChange'), deletionVector: parseDeletionVector(inner(remove, 'deletionVector')) } }
  const txn = inner(action, 'txn')
  if (txn) return { kind: 'txn', txn: { appId: text(txn, 'appId'), version: long(txn, 'version'), lastUpdated: optionalNumber(txn, 'lastUpdated') } }
  const commitInfo = inner(action, 'commitInfo')
  if (commitInfo) return { kind: 'commitInfo', commitInfo: parseCommitInfo(commitInfo) }
  return undefined
}

export function parseProtocol(shape: Shape): Protocol {
  return {
    minReaderVersion: wholeNumber(shape, 'minReaderVersion'),
    minWriterVersion: wholeNumber(shape, 'minWriterVersion'),
    readerFeatures: isThere(shape, 'readerFeatures') ? texts(shape, 'readerFeatures') : undefined,
    writerFeatures: isThere(shape, 'writerFeatures') ? texts(shape, 'writerFeatures') : undefined
  }
}

export function parseMetaData(shape: Shape): MetaData {
  const schemaString = text(shape, 'schemaString')
  const configuration: Record<string, string> = {}
  for (const [key, value] of Object.entries(textMap(shape, 'configuration'))) if (value !== null) configuration[key] = value
  const format = inner(shape, 'format')
  return {
    id: text(shape, 'id'),
    schemaString,
    fields: parseSchema(schemaString, mappingModeOf(configuration, shape.where), shape.where),
    partitionColumns: isThere(shape, 'partitionColumns') ? texts(shape, 'partitionColumns') : [],
    configuration,
    formatProvider: (format && optionalText(format, 'provider')) ?? 'parquet',
    name: optionalText(shape, 'name'),
    description: optionalText(shape, 'description'),
    createdTime: optionalNumber(shape, 'createdTime')
  }
}

function parseAdd(shape: Shape): AddFile {
  return {
    path: pathOf(shape),
    partitionValues: textMap(shape, 'partitionValues'),
    sizeBytes: wholeNumber(shape, 'size'),
    modificationTime: optionalNumber(shape, 'modificationTime') ?? 0,
    dataChange: flag(shape, 'dataChange'),
    deletionVector: parseDeletionVector(inner(shape, 'deletionVector')),
    stats: optionalText(shape, 'stats')
  }
}

export function parseDeletionVector(shape: Shape | undefined): DeletionVectorDescriptor | undefined {
  if (shape === undefined) return undefined
  const storageType = text(shape, 'storageType')
  if (storageType !== 'u' && storageType !== 'i' && storageType !== 'p') {
    throw new Fault('unsupported', `${shape.where} has storage type "${storageType}"; Contrail knows u, i and p`)
  }
  return {
    storageType,
    pathOrInlineDv: text(shape, 'pathOrInlineDv'),
    offset: optionalNumber(shape, 'offset'),
    sizeInBytes: wholeNumber(shape, 'sizeInBytes'),
    cardinality: wholeNumber(shape, 'cardinality')
  }
}

function parseCommitInfo(shape: Shape): CommitInfo {
  const parameters = shape.fields.operationParameters
  return {
    timestamp: optionalNumber(shape, 'timestamp'),
    inCommitTimestamp: optionalNumber(shape, 'inCommitTimestamp'),
    operation: optionalText(shape, 'operation'),
    operationParameters: typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters) ? (parameters as Record<string, unknown>) : {},
    txnId: optionalText(shape, 'txnId'),
    userMetadata: optionalText(shape, 'userMetadata')
  }
}

/** PROTOCOL.md requires the flag; a writer that left it out meant a change. */
function flag({ fields }: Shape, name: string): boolean {
  return fields[name] !== false
}

function pathOf(shape: Shape): string {
  return decodePath(text(shape, 'path'))
}

function isThere({ fields }: Shape, name: string): boolean {
  return fields[name] !== undefined && fields[name] !== null
}
