import type { Actions } from '#renderer/store/appStore.ts'

/** Limits and what they would do, beside everything else. */
export function Inspector({ actions: _actions }: { readonly actions: Actions }) {
  return <div className="inspector" />
}
