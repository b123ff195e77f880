import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './folders.ts'

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Standard output so far. */
  output(): string
  /** Whether the process is gone, by itself or by a signal, as a native crash is one. */
  ended(): boolean
}

export interface Surroundings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** User and group; absent: ours. */
  readonly uid?: number
}

/** Starts the real command line in a process of its own. */
export function startContrail(args: readonly string[], { cwd = repository, env = {}, uid }: Surroundings = {}): Running {
  const child = spawn(process.execPath, [join(repository, 'build/contrail.mjs'), ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...(uid !== undefined && { uid, gid: uid }) })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const finished = new Promise<Finished>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
  return { child, finished, output: () => stdout, ended: () => child.exitCode !== null || child.signalCode !== null }
}

export function contrail(args: readonly string[], surroundings?: Surroundings): Promise<Finished> {
  return startContrail(args, surroundings).finished
}

/** Waits until something holds; the test's own time limit is the limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 25))
}
