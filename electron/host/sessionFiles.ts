import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { sessionExtension, type SaveSession, type SessionFile, type SessionListing, type SessionRun } from '#shared/contract/session.ts'
import { createDurably, replaceDurably } from '../storage/durableFile.ts'
import { fileText } from '../storage/fileText.ts'
import { storageFault } from '../storage/storageFault.ts'
import { listFolder } from './listFolder.ts'
import { mostSessionBytes, parseSession } from './parseSession.ts'
import { isPlainJson } from './plainJson.ts'
import { version } from './version.ts'

const ending = `.${sessionExtension}`
const mostFiles = 2000

/** Folders and session files in a folder, by name; others are not told. */
export async function listSessions(path: string): Promise<SessionListing> {
  const { path: folder, parent, folders } = await listFolder(path)
  const { compare } = new Intl.Collator('en', { numeric: true })
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending) && !name.startsWith('.')).sort(compare).slice(0, mostFiles)
  const files = await Promise.all(names.map((name) => stat(join(folder, name)).then((found) => (found.isFile() ? [{ name, savedMs: found.mtimeMs }] : []), () => [])))
  return { path: folder, parent, folders: folders.map(({ name }) => name), files: files.flat() }
}

/** Writes a session of that run; answers the path of the file. */
export async function saveSession({ to, force, view }: SaveSession, run: SessionRun, nowMs: number): Promise<string> {
  const given = wholePath(to)
  const file = given.endsWith(ending) ? given : `${given}${ending}`
  if (!isPlainJson(view)) throw new Fault('usage', 'the view of a session is an object with plain values')
  const session: SessionFile = { formatVersion: 1, contrail: version, savedMs: nowMs, run, view }
  const bytes = Buffer.from(`${JSON.stringify(session, undefined, 2)}\n`)
  if (bytes.byteLength > mostSessionBytes) throw new Fault('usage', `the session has ${bytes.byteLength} bytes, more than ${mostSessionBytes}: save it with fewer queries and filters`)
  try {
    if (force) await replaceDurably(file, bytes)
    else if (!(await createDurably(file, bytes, () => undefined))) throw new Fault('exists', `${file} is there already: choose another name, or replace the file`)
  } catch (error) {
    throw storageFault(error, 'write', file)
  }
  return file
}

export async function readSession(path: string): Promise<SessionFile> {
  const file = wholePath(path)
  if (!file.endsWith(ending)) throw new Fault('usage', `${file} is not a session file, whose name ends in ${ending}: choose another file`)
  return parseSession(await readStart(file), file)
}

/** Its first bytes, up to one more than a session may have. What is no plain file is not read: a pipe would never end. */
async function readStart(file: string): Promise<string> {
  let handle: FileHandle | undefined
  try {
    if (!(await stat(file)).isFile()) throw new Fault('usage', `${file} is not a file: choose another one`)
    handle = await open(file, 'r')
    const bytes = Buffer.alloc(mostSessionBytes + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.byteLength; length += read) read = (await handle.read(bytes, length, bytes.byteLength - length, length)).bytesRead
    if (length > mostSessionBytes) throw new Fault('corrupt', `${file} is not a session of Contrail: it has more than ${mostSessionBytes / 1e6} MB; choose another file`)
    return fileText(bytes.subarray(0, length))
  } catch (error) {
    throw storageFault(error, 'read', file)
  } finally {
    await handle?.close()
  }
}

function wholePath(path: unknown): string {
  if (typeof path === 'string' && isAbsolute(path) && !path.includes('\0')) return path
  throw new Fault('usage', `the file is ${JSON.stringify(path) ?? 'missing'}: give a whole path, from the root on`)
}
