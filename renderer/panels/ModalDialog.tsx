import { useEffect, useRef, type ReactNode } from 'react'

/** A dialog over everything else; Escape closes it, and the focus goes back to where it was. */
export function ModalDialog({ title, onClose, children, actions }: { readonly title: string; readonly onClose: () => void; readonly children: ReactNode; readonly actions?: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const element = dialog.current
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-label={title}
      onCancel={(event) => {
        // At once: the dialog's own close is told later, when another may be open already.
        event.preventDefault()
        onClose()
      }}
      onClose={onClose}
    >
      <h2>{title}</h2>
      {children}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {actions === undefined ? 'Close' : 'Cancel'}
        </button>
        {actions}
      </div>
    </dialog>
  )
}
