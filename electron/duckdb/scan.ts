/** Some files of a batch, and their positions in its list. They need not be on this machine before they are opened. */
export interface Scan {
  readonly files: readonly number[]
  /** The same for the same rows, whatever columns the SQL asks for. */
  readonly identity: string
  /** Faults name a file that is missing, damaged, or of other types than its table. Who opens it while it is open shares it. */
  open(): Promise<OpenScan>
}

export interface OpenScan {
  /** A SELECT of the rows. With several files, its column `file` is an index into `files`. */
  readonly sql: string
  /** Turns what DuckDB says of a file that it cannot read into a Fault that names the file. Other errors come back as they are. */
  explain(error: unknown): Promise<unknown>
  /** The SQL is of no use any more. */
  release(): void
}

/** Opens a scan for as long as `work` takes; what DuckDB says of a file becomes a Fault that names it. */
export async function withScan<Answer>(scan: Scan, work: (sql: string) => Promise<Answer>): Promise<Answer> {
  const opened = await scan.open()
  try {
    return await work(opened.sql)
  } catch (error) {
    throw await opened.explain(error)
  } finally {
    opened.release()
  }
}

/** A scan whose SQL is made of that of another one. */
export function wrapScan(scan: Scan, sqlOf: (sql: string) => string): Scan {
  return {
    ...scan,
    async open() {
      const opened = await scan.open()
      return { ...opened, sql: sqlOf(opened.sql) }
    }
  }
}
