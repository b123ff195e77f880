import { useEffect, useRef, type ReactNode } from 'react'

interface ModalDialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly actions?: ReactNode
  /** For long texts. */
  readonly wide?: boolean
  /** Of the button that leaves it; default: Cancel where there are others. */
  readonly closeLabel?: 'Close' | 'Cancel'
}

/** A dialog over everything else; Escape closes it, and the focus goes back to where it was. */
export function ModalDialog({ title, onClose, children, actions, wide = false, closeLabel = actions === undefined ? 'Close' : 'Cancel' }: ModalDialogProps) {
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
      data-wide={wide || undefined}
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
          {closeLabel}
        </button>
        {actions}
      </div>
    </dialog>
  )
}
