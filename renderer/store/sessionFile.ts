import type { Actions } from './appStore.ts'
import { parseSessionView, sessionViewOf } from './viewSchema.ts'
import type { Session } from './session.ts'

/** Writes what is looked at, and which run, to a file on the host; answers its path. `replace`: a file that is there may go. */
export async function saveSession({ host, run, view }: Pick<Session, 'host' | 'run' | 'view'>, path: string, { replace = false }: { readonly replace?: boolean } = {}): Promise<string> {
  const opened = run.run
  if (!opened) throw new Error('There is no run open, so there is nothing to save: open a run first.')
  return host.saveSession({ to: path, force: replace, runId: opened.id, view: sessionViewOf(view.get()) })
}

/** What opening a session did. `failed`: its run could not be opened, and whoever opens runs has told why. */
export type OpenedSession = 'opened' | 'made a run' | 'failed'

/** Opens a session file of the host: its run, or a new one over the same silver, and the view. An Error says what is wrong with the file; nothing has changed then. */
export async function openSession({ host, run, view, undo }: Pick<Session, 'host' | 'run' | 'view' | 'undo'>, actions: Pick<Actions, 'openRun'>, path: string): Promise<OpenedSession> {
  const session = await host.readSession(path)
  const restored = parseSessionView(session.view, path)
  const { runId, isNew } = await host.runOfSession(session.run)
  if (run.run?.id === runId) {
    undo.change(`open session ${nameOf(path)}`, restored)
    return 'opened'
  }
  await actions.openRun(runId)
  if (run.run?.id !== runId) return 'failed'
  view.set(restored)
  return isNew ? 'made a run' : 'opened'
}

/** "evening" of "/sessions/evening.contrail". */
const nameOf = (path: string): string => path.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '')
