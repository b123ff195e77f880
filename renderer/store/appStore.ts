import type { NewRun, RunCommand, Speed } from '#shared/contract/run.ts'
import type { Session } from './session.ts'

/** What a person does to runs, whichever button, menu or key they use for it. Failures are told by `onFault`, in a sentence. */
export interface Actions {
  openRun(runId: string, then?: RunCommand): Promise<void>
  /** Makes a run, opens it and plays it. */
  startRun(run: NewRun, speed?: Speed): Promise<void>
  /** The sample recording, at 20 times event time, a file a batch. */
  playSample(): Promise<void>
  control(command: RunCommand): void
  /** Back to the start screen; the run goes on. */
  leaveRun(): void
  /** Back to the start screen, and there to another folder. */
  openFolder(): void
  /** Back to the start screen, and there to a bucket. */
  connectS3(): void
  /** Tells what went wrong, in a sentence. */
  tellFault(error: unknown): void
}

export function runActions({ host, run, view, undo }: Session, onFault: (message: string) => void, onOpenFolder: () => void, onConnectS3: () => void): Actions {
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      onFault(error instanceof Error ? error.message : String(error))
    }
  }
  const actions: Actions = {
    openRun: (runId, then) =>
      attempt(async () => {
        await run.open(runId)
        undo.clear()
        view.set({ lastRunId: runId, selection: null, range: null, leaveOutliers: false, asked: {}, proposed: null })
        if (then) await host.controlRun(runId, then)
      }),
    startRun: (newRun, speed) =>
      attempt(async () => {
        const { id } = await host.createRun(newRun)
        await run.open(id)
        undo.clear()
        view.set({ lastRunId: id, selection: null, range: null, leaveOutliers: false, asked: {}, proposed: null })
        if (speed !== undefined) await host.controlRun(id, { kind: 'speed', speed })
        await host.controlRun(id, { kind: 'play' })
      }),
    playSample: () => attempt(async () => actions.startRun({ silver: await host.sampleSource(), mode: 'replay', name: 'Sample recording', maxFilesPerTrigger: 1 }, 20)),
    control(command) {
      const id = run.run?.id
      if (id !== undefined) void attempt(() => host.controlRun(id, command))
    },
    leaveRun() {
      run.close()
      view.set({ lastRunId: null })
    },
    openFolder() {
      actions.leaveRun()
      onOpenFolder()
    },
    connectS3() {
      actions.leaveRun()
      onConnectS3()
    },
    tellFault: (error) => onFault(error instanceof Error ? error.message : String(error))
  }
  return actions
}
