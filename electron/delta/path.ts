import { Fault } from '#shared/engine/fault.ts'

/** Decodes a path of the log (RFC 2396) once: `+` stays `+`, and what is no valid escape stays as it is. */
export function decodePath(path: string): string {
  return path.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes // Bytes that are no UTF-8: a writer that did not encode.
    }
  })
}

/**
 * One spelling for each file, to compare paths by: relative to the table's root where the file lies below it, an absolute path or URI otherwise.
 * `path` is decoded; `file:/a`, `file:///a` and `/a` are the same,
 * and so are `s3:`, `s3a:` and `s3n:`.
 */
export function canonicalPath(root: string, path: string): string {
  const absolute = path.replace(/^file:(\/\/)?(?=\/)/, '').replace(/^s3[an]:\/\//i, 's3://')
  const clean = isAbsolute(absolute) ? absolute : removeDots(absolute)
  const base = root.endsWith('/') ? root : `${root}/`
  return clean.startsWith(base) ? clean.slice(base.length) : clean
}

/** The path of a data file below the table's root. Faults for files elsewhere: those of shallow clones, and paths that climb out. */
export function pathInTable(root: string, path: string): string {
  const canonical = canonicalPath(root, path)
  if (isAbsolute(canonical) || canonical.split('/').includes('..')) {
    throw new Fault('unsupported', `${root} refers to the file ${path}, which lies outside the table: Contrail reads only files below the table's folder; copy the table with its files (a deep clone)`)
  }
  return canonical
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)
}

/** `./a` and `a//b/../c` as `a` and `a/c`; a `..` that climbs out stays in front. */
function removeDots(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop()
    else names.push(name)
  }
  return names.join('/')
}
