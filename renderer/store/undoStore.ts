import type { ViewState, ViewStore } from './viewStore.ts'

/** Something that was done and can be taken back. */
export interface UndoStep {
  /** As the Edit menu names it, behind Undo: "altitude maximum 13,200 m". */
  readonly name: string
  readonly undo: () => void | Promise<void>
  readonly redo: () => void | Promise<void>
}

/** What was changed, step by step. Steps of one gesture, such as a drag, are one. */
export interface UndoStore {
  /** Changes the view, and keeps the way back. `gesture`: changes of the same one that follow each other are one step. */
  change(name: string, change: Partial<ViewState>, gesture?: string): void
  /** Keeps the way back of something that has been done. */
  done(step: UndoStep): void
  /** The gesture is over: the next change is a step of its own. */
  settle(): void
  undo(): Promise<void>
  redo(): Promise<void>
  /** Names of what would be undone and done again; undefined: nothing. */
  readonly undoName: string | undefined
  readonly redoName: string | undefined
  /** Nothing can be undone any more: another run is open. */
  clear(): void
  subscribe(listener: () => void): () => void
}

interface Gesture {
  readonly before: Partial<ViewState>
  readonly after: Partial<ViewState>
}

interface KeptStep extends UndoStep {
  readonly gesture?: Gesture & { readonly id: string }
}

const mostSteps = 200

export function openUndoStore(view: ViewStore): UndoStore {
  let steps: readonly KeptStep[] = []
  /** Steps before it are done. */
  let at = 0
  let openGesture: string | undefined
  let isBusy = false
  const listeners = new Set<() => void>()
  const tell = () => listeners.forEach((listener) => listener())

  /** One at a time; what could not be done is still to be done. */
  async function move(work: UndoStep['undo'], to: number): Promise<void> {
    const before = steps
    isBusy = true
    try {
      const done = work()
      if (done) await done
      // Another run may have been opened meanwhile.
      if (steps === before) at = to
    } finally {
      isBusy = false
      tell()
    }
  }

  function push(step: KeptStep, gesture: string | undefined): void {
    steps = [...steps.slice(0, at), step].slice(-mostSteps)
    at = steps.length
    openGesture = gesture
    tell()
  }

  const ofView = (name: string, { before, after }: Gesture, gesture: string | undefined): KeptStep => ({ name, undo: () => view.set(before), redo: () => view.set(after), ...(gesture !== undefined && { gesture: { id: gesture, before, after } }) })

  return {
    change(name, change, gesture) {
      const now = view.get()
      const keys = Object.keys(change) as (keyof ViewState)[]
      if (keys.every((key) => Object.is(now[key], change[key]))) return
      const before = Object.fromEntries(keys.map((key) => [key, now[key]])) as Partial<ViewState>
      view.set(change)
      const last = steps[at - 1]?.gesture
      if (gesture === undefined || gesture !== openGesture || last?.id !== gesture || at !== steps.length) return push(ofView(name, { before, after: change }, gesture), gesture)
      // The way back is that of the first change, also for what only a later one has touched.
      steps = [...steps.slice(0, -1), ofView(name, { before: { ...before, ...last.before }, after: { ...last.after, ...change } }, gesture)]
      tell()
    },
    done: (step) => push(step, undefined),
    settle() {
      openGesture = undefined
    },
    async undo() {
      const step = steps[at - 1]
      if (!step || isBusy) return
      openGesture = undefined
      await move(step.undo, at - 1)
    },
    async redo() {
      const step = steps[at]
      if (!step || isBusy) return
      openGesture = undefined
      await move(step.redo, at + 1)
    },
    get undoName() {
      return steps[at - 1]?.name
    },
    get redoName() {
      return steps[at]?.name
    },
    clear() {
      steps = []
      at = 0
      openGesture = undefined
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
