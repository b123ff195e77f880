/** A name of a data file that is short enough to be read and long enough to be told apart: "00012-4f2c" of one that Spark wrote. */
export function shortFile(path: string): string {
  const name = path.split(/[/\\]/).at(-1)!.replace(/(\.(snappy|gz|zstd|c000|lz4|brotli))*\.parquet$/i, '')
  const spark = /^(.*?)-?([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(name)
  const short = spark ? [spark[1]!.replace(/^part-/, ''), spark[2]].filter((part) => part !== '').join('-') : name
  return short.length > 24 ? `…${short.slice(-23)}` : short
}
