import type { RunSummary } from '#shared/contract/run.ts'
import type { Actions } from '#renderer/store/appStore.ts'
import { limitsNow, notebookLimits, propose, sameLimits } from '#renderer/store/limits.ts'
import type { Session } from '#renderer/store/session.ts'

/** Whether another batch may come that is counted with other limits: not of a replay that has come to its end. */
export const canApply = (run: RunSummary | undefined): boolean => run !== undefined && run.queries.anomaly_alerts !== undefined && !(run.mode === 'replay' && run.state === 'done')

/** From the next batch on, the proposed limits are those of the run. Undoing it applies the old ones, and proposes these again. */
export async function applyProposed({ host, run, view, undo, whatIf }: Session): Promise<void> {
  const open = run.run
  const { proposed } = view.get()
  if (!open || !proposed) return
  const { why } = whatIf
  const before = open.limits
  await host.applyLimits(open.id, proposed, why)
  whatIf.setWhy('')
  // Meanwhile another run may be open, or other limits proposed.
  if (run.run?.id !== open.id) return
  if (view.get().proposed === proposed) view.set({ proposed: null })
  undo.done({
    name: 'apply limits',
    async undo() {
      await host.applyLimits(open.id, before, 'undone')
      view.set({ proposed })
    },
    async redo() {
      await host.applyLimits(open.id, proposed, why)
      view.set({ proposed: null })
    }
  })
}

/** Back to the limits of the run. */
export const revertProposed = ({ undo }: Session): void => undo.change('revert limits', { proposed: null })

/** Proposes the limits of the notebook. */
export function resetLimits(session: Session): void {
  if (!sameLimits(limitsNow(session), notebookLimits)) propose(session, 'reset limits', notebookLimits)
}

/** Replays the batches of the open run with the proposed limits as a new run, and opens that. */
export async function saveAsRun({ host, run, view }: Session, actions: Actions): Promise<void> {
  const open = run.run
  if (!open) return
  const made = await host.replayRun(open.id, view.get().proposed ?? open.limits)
  await actions.openRun(made.id, { kind: 'play' })
}
