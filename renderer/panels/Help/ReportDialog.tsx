import { useSession } from '#renderer/store/session.ts'
import { ModalDialog } from '../ModalDialog.tsx'
import { CopyButton } from './CopyButton.tsx'
import { TextBlock } from './TextBlock.tsx'
import { useAnswer } from './useAnswer.ts'

/** All that would be told of a problem, as text. Contrail sends nothing: a person copies or saves it. */
export function ReportDialog({ onClose }: { readonly onClose: () => void }) {
  const { host, run } = useSession()
  const { answer, fault } = useAnswer(() => host.report(run.run?.id))
  const text = answer ?? ''
  return (
    <ModalDialog
      title="Report a problem"
      onClose={onClose}
      wide
      closeLabel="Close"
      actions={
        <>
          <button type="button" className="button" disabled={text === ''} onClick={() => saveText(text, 'contrail-report.txt')}>
            Save as…
          </button>
          <CopyButton text={text} />
        </>
      }
    >
      <p className="help-about">Nothing is sent. This is all that would be: copy or save it, and give it to whoever helps you. Of folders it has the last name, of your home folder a tilde.</p>
      {fault !== null && <p role="alert">{fault}</p>}
      <TextBlock label="Report" text={text} />
    </ModalDialog>
  )
}

/** As a download: the browser, and the desktop app, ask where it is to be, or have a folder for it. */
function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
