import { Fault } from '#shared/engine/fault.ts'
import type { MetaData, Protocol } from './actions.ts'

/** Reader features that Contrail reads, or may pass over. Writer-only features never matter to a reader. */
export const readerFeatures: readonly string[] = [
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'timestampWithoutTimezone',
  'v2Checkpoint',
  'vacuumProtocolCheck',
  'typeWidening',
  'typeWidening-preview'
]

/** Refuses a table that needs its readers to know something that Contrail does not. Comes before anything else of the log is interpreted. */
export function checkProtocol(protocol: Protocol, table: string): void {
  if (protocol.minReaderVersion < 1 || protocol.minReaderVersion > 3) throw new Fault('unsupported', `[DELTA_INVALID_PROTOCOL_VERSION] ${table} needs a Delta reader of version ${protocol.minReaderVersion}; Contrail reads versions 1 to 3`)
  if (protocol.minReaderVersion < 3) return
  if (protocol.readerFeatures === undefined) throw new Fault('corrupt', `[DELTA_INVALID_PROTOCOL_VERSION] ${table} has reader version 3 but lists no reader features: restore its log from a copy`)
  const unknown = protocol.readerFeatures.filter((feature) => !readerFeatures.includes(feature))
  if (unknown.length > 0) {
    throw new Fault('unsupported', `[DELTA_UNSUPPORTED_FEATURES_FOR_READ] ${table} needs the Delta reader feature ${unknown.map((feature) => `"${feature}"`).join(' and ')}; Contrail reads ${readerFeatures.join(', ')}`)
  }
}

export function checkFormat({ formatProvider }: MetaData, table: string): void {
  if (formatProvider !== 'parquet') throw new Fault('unsupported', `the data files of ${table} are ${formatProvider}; Contrail reads parquet`)
}
