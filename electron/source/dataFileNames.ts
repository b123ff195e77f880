/*
 * What the names of the files of a plain folder say. Spark looks only for hidden ones; names of temporary files, and
 * what their writers mean by them, are ours. SPEC O10, O11
 */

/** Whether Spark passes over a file or folder of this name: `_x` and `.x`, but not the partition folder `_x=1`. */
export function isHiddenName(name: string): boolean {
  return (name.startsWith('_') && !name.includes('=')) || name.startsWith('.') || name.endsWith('._COPYING_')
}

/** Whether a path has a hidden name in it, at any level. */
export const isHiddenPath = (path: string): boolean => path.split('/').some(isHiddenName)

/**
 * A file that is still being written under such a name gets another one when it is done: its rows would count twice.
 */
export function isTemporaryName(path: string): boolean {
  return /\.(tmp|temp|part|partial|filepart|crdownload|download|swp)$|\.inprogress(\.|$)|~$/i.test(path)
}

/** Names that promise Parquet. Other files may be Parquet, too: their bytes tell. */
export const isParquetName = (path: string): boolean => /\.(parquet|parq|pq)$/i.test(path)

/** An ending that promises something else. Data files without any ending, or with that of a codec alone, are common. */
export function isForeignName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return (
    /\.[a-z]\w*$/i.test(name) && !/\.(parquet|parq|pq)\b|\.(snappy|gz|gzip|zst|zstd|lz4|lzo|br|brotli)$/i.test(name)
  )
}

/** Where writers keep what they are not done with, and what their readers know of: nobody misses it. */
const workFolders =
  /(^|\/)(_temporary|_delta_log|_spark_metadata|_change_data|\.hoodie|\.spark-staging[^/]*|\.hive-staging[^/]*|\.sparkStaging)\//

/** A hidden file that somebody may take for data. */
export function isHiddenData(path: string): boolean {
  return isParquetName(path) && isHiddenPath(path) && !workFolders.test(path)
}
