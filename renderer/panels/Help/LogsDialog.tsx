import { useEffect, useRef } from 'react'
import { formatCount } from '#renderer/format/format.ts'
import { useSession } from '#renderer/store/session.ts'
import { ModalDialog } from '../ModalDialog.tsx'
import { CopyButton } from './CopyButton.tsx'
import { TextBlock } from './TextBlock.tsx'
import { useAnswer } from './useAnswer.ts'

/** The newest lines of the host's log, and where it is. */
export function LogsDialog({ onClose }: { readonly onClose: () => void }) {
  const { host } = useSession()
  const { answer, fault } = useAnswer(() => host.logs())
  const block = useRef<HTMLPreElement>(null)
  // What has happened last is read first.
  useEffect(() => {
    if (block.current) block.current.scrollTop = block.current.scrollHeight
  }, [answer])
  const text = answer?.lines.join('\n') ?? ''
  return (
    <ModalDialog title="Logs" onClose={onClose} wide closeLabel="Close" actions={<CopyButton text={text} />}>
      {answer && (
        <p className="help-about">
          {answer.lines.length === 0 ? 'There is no line yet in' : `The last ${formatCount(answer.lines.length)} ${answer.lines.length === 1 ? 'line' : 'lines'} of`} <code>{answer.file}</code>, times in UTC.
        </p>
      )}
      {fault !== null && <p role="alert">{fault}</p>}
      <TextBlock label="Log" text={text} ref={block} />
    </ModalDialog>
  )
}
