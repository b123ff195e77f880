import { createRequire } from 'node:module'
import { TextDecoder } from 'node:util'

/**
 * Makes DuckDB's binding give texts byte for byte. Its decoder, which all vectors share, would drop a U+FEFF at the
 * start of a text: `\ufeffGermany`
 * would become `Germany`, and a column of that name another column. It has no setting for that;
 * `test/duckdb/exactTexts.test.ts` fails where it changes.
 */
export function keepByteOrderMarks(): void {
  const require = createRequire(import.meta.url)
  const accessors = require('@duckdb/node-api/lib/vectors/dataAccessors.js') as { textDecoder: TextDecoder }
  accessors.textDecoder = new TextDecoder('utf-8', { ignoreBOM: true })
}
