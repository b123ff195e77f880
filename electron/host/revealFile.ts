import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import { wholePath } from '../storage/workingDirectory.ts'

/** A program with its arguments; no shell is between. */
export interface RevealCommand {
  readonly program: string
  readonly args: readonly string[]
}

/** How a system shows a file in its file manager. */
export function revealCommand(file: string, platform: NodeJS.Platform): RevealCommand {
  if (platform === 'darwin') return { program: 'open', args: ['-R', file] }
  if (platform === 'win32') return { program: 'explorer.exe', args: [`/select,${file}`] }
  return { program: 'xdg-open', args: [dirname(file)] }
}

export interface RevealOptions {
  /** Files that this process has exported: no other is shown, so that a page cannot make the host open things. */
  readonly exported: ReadonlySet<string>
  /** Default: what the system has. */
  readonly commandFor?: (file: string) => RevealCommand
}

/** Opens the folder of an exported file in the file manager. Resolves when that has started. Faults name the file. */
export async function revealFile(path: string, { exported, commandFor = (file) => revealCommand(file, process.platform) }: RevealOptions): Promise<void> {
  const file = wholePath(path)
  if (!exported.has(file)) throw new Fault('usage', `${file} was not exported in this session, so its folder is not opened from here: open it in the file manager`)
  if (!existsSync(file)) throw new Fault('notFound', `${file} is not there any more: it was moved or removed; export it again`)
  const { program, args } = commandFor(file)
  const child = spawn(program, args, { detached: true, stdio: 'ignore' })
  child.unref()
  await new Promise<void>((resolveStart, reject) => {
    child.once('spawn', resolveStart)
    child.once('error', (cause) => reject(new Fault('unsupported', `there is no file manager to open on this machine (${program}): the file is ${file}`, { cause })))
  })
}
