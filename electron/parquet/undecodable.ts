import { Fault } from '#shared/engine/fault.ts'
import { codec, codecName, encoding, encodingName } from './format.ts'

/** Why DuckDB cannot decode a column chunk, as its footer tells. */
export type Undecodable =
  | { readonly kind: 'codec'; readonly codec: number }
  | { readonly kind: 'encoding'; readonly encoding: number }
  | { readonly kind: 'encrypted' }

/** Whether Contrail can rewrite such a column for DuckDB. */
export function isRewritable(why: Undecodable): boolean {
  return (
    (why.kind === 'codec' && why.codec === codec.lz4) ||
    (why.kind === 'encoding' && why.encoding === encoding.byteStreamSplit)
  )
}

/** What is particular about a column that Contrail rewrites, to follow its name. */
export function rewrittenText(why: Undecodable): string {
  if (why.kind === 'codec') return "is compressed with Hadoop's LZ4"
  return why.kind === 'encoding' ? `is encoded as ${encodingName(why.encoding)}` : 'is encrypted'
}

/**
 * Fault `undecodable` of a column that is needed. `name` and `column` are how messages call the file and its column.
 */
export function undecodableFault(why: Undecodable, name: string, column: string): Fault {
  switch (why.kind) {
    case 'codec':
      return new Fault(
        'undecodable',
        `column ${column} of ${name} is compressed with ${codecName(why.codec)}, which Contrail cannot decode: write the file again with another codec, as with Spark's spark.sql.parquet.compression.codec set to zstd`
      )
    case 'encoding':
      return new Fault(
        'undecodable',
        `column ${column} of ${name} is encoded as ${encodingName(why.encoding)}, which Contrail cannot decode: write the file again with PLAIN or dictionary encoding`
      )
    case 'encrypted':
      return new Fault(
        'undecodable',
        `column ${column} of ${name} is encrypted, and Contrail takes no keys: write the file again without encryption of that column`
      )
  }
}

/** Fault `undecodable` of a file whose footer is encrypted, so that nothing of it can be known. */
export const encryptedFooterFault = (name: string): Fault =>
  new Fault(
    'undecodable',
    `${name} is encrypted, its footer as well, and Contrail takes no keys: write the file again without encryption`
  )
