import type { Actions } from '#renderer/store/appStore.ts'

/** One window: why it is open or what closed it, and what is in it. */
export function WindowDetail({ actions: _actions }: { readonly actions: Actions }) {
  return <section aria-label="Window detail" />
}
