import type { Host } from '#shared/contract/host.ts'
import { soundView } from './viewSchema.ts'
import type { ViewState, ViewStore } from './viewStore.ts'

/** While the view changes, it is saved this often at most. */
const everyMs = 250

/** Saves the view by itself, the latest wins: a reload, or another host, comes back to it. Answers a function that saves what is not saved yet at once. */
export function keepView(host: Pick<Host, 'saveLayout'>, view: ViewStore): () => void {
  let saved = view.get()
  let saving = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const later = () => void (timer ??= setTimeout(() => void save(), everyMs))

  async function save(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const now = view.get()
    if (saving || now === saved) return
    saving = true
    try {
      await host.saveLayout({ formatVersion: 1, view: now })
      saved = now
    } catch {
      // The next change tries again, and the host has it in its log.
    } finally {
      saving = false
    }
    if (view.get() !== now) later()
  }

  view.subscribe(later)
  return () => {
    // Whether one is on its way or not: the page may be gone before it is answered, and the host does them in their order.
    if (view.get() !== saved) void host.saveLayout({ formatVersion: 1, view: view.get() }).catch(() => undefined)
  }
}

/** The view of a saved layout, as far as it is sound; the host keeps aside what is of another format. */
export function viewOf(layout: unknown): Partial<ViewState> {
  return typeof layout === 'object' && layout !== null && 'view' in layout ? soundView(layout.view) : {}
}
