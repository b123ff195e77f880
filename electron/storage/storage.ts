/** One object of a storage: a file of a folder, an object of a bucket. */
export interface StorageEntry {
  /** Path below the root, `/` between names, not encoded. */
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Of an object in a bucket: another one when its content is another. */
  readonly etag?: string
  /** It is a link to a folder outside the root, which is not followed. */
  readonly isFolderOutside?: true
}

/** A range of bytes: from `start` up to and not including `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a caller knows of an object that it wants as a file, and how little of it would do. */
export interface WantedFile {
  /** As the table's log says: an object of another size is not the one that is meant. */
  readonly sizeBytes?: number
  /** As a listing said: Fault `changed` when the object is another one by now. */
  readonly etag?: string
  /** Absent: all of it. A store on this machine gives all in any case. */
  readonly parts?: WantedParts
}

/** Chooses the parts of an object that are needed. The file has its full size; what was not fetched reads as zeros. */
export interface WantedParts {
  /** The same for the same choice. */
  readonly id: string
  /** undefined: all of it. `read` gives bytes of the object; those, too, will be in the file. */
  choose(sizeBytes: number, read: (range: ByteRange) => Promise<Uint8Array>): Promise<readonly ByteRange[] | undefined>
}

/** A file on this machine that stays as it is until it is released. */
export interface LocalFile {
  readonly path: string
  /** It is not the object itself: where it goes missing, the object is still there. */
  readonly isCopy: boolean
  release(): void
  /** It turned out to be damaged: whoever wants it next gets it anew. */
  distrust(): void
}

/**
 * A tree of files below one root: a local folder, or a bucket and prefix. Paths are relative to the root, with `/`.
 * What a caller may rely on: `read` gives whole objects; `putIfAbsent` is atomic and durable, and of two callers exactly one wins;
 * `replace` leaves either the old or the new object, never a part. Failures are Faults that name the path.
 * Nothing is read or written through a link that leads out of the root: a Fault, but for a listing, which has the link as an entry.
 */
export interface Storage {
  /** How messages name the root: an absolute path, or s3://bucket/prefix. */
  readonly root: string
  /** Every call is a request over a network, and objects appear whole: whoever can do with fewer calls does. */
  readonly isRemote: boolean
  /** The root with links followed, as far as it is there: two roots that are one place have the same. */
  realRoot(): Promise<string>
  /** Fault when nothing could be written below the root: a file is in the way, a permission is missing. Nothing that is written for it stays. */
  checkWritable(): Promise<void>
  /**
   * Entries directly in `folder` ('' = the root), in byte order of their names; no folders. Empty when the folder is not there.
   * `from`: leave out names that sort before it. `most`: give the first so many, at most 1,000, which costs one request; subfolders count among them.
   */
  list(folder: string, from?: string, most?: number): Promise<StorageEntry[]>
  /** All entries below `folder`, at any depth, in byte order of their paths. Links to folders are not followed; one that leads out of the root is an entry itself. */
  listDeep(folder: string): Promise<StorageEntry[]>
  /** Whether there is a folder of that name, even an empty one; where a store knows no folders, whether anything lies below it. */
  hasFolder(folder: string): Promise<boolean>
  /** Size and time of one object; undefined when it is not there. */
  stat(path: string): Promise<StorageEntry | undefined>
  /** A whole object. Fault `notFound` when it is not there; `corrupt`, before anything is allocated, when it has more than `mostBytes`. */
  read(path: string, mostBytes?: number): Promise<Uint8Array>
  /** `length` bytes from `offset`; fewer at the end of the object. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>
  /** Writes an object that must not be there yet; false when it is. Parent folders are made. Fault when a folder is in its place. */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>
  /** Writes an object, replacing what is there. Parent folders are made. */
  replace(path: string, bytes: Uint8Array): Promise<void>
  /** Removes an object; nothing happens when it is not there. */
  remove(path: string): Promise<void>
  /** A file on this machine that holds the object, for DuckDB to read, until it is released. Fault `notFound` when the object is not there. */
  localFile(path: string, wanted?: WantedFile): Promise<LocalFile>
  /**
   * Where to write a new object that only a file can produce (Parquet). The caller writes `file`, then `publish()` makes it durable and visible under
   * `path`, or `discard()` leaves nothing behind.
   */
  stage(path: string): Promise<StagedFile>
}

export interface StagedFile {
  readonly file: string
  publish(): Promise<StorageEntry>
  discard(): Promise<void>
}
