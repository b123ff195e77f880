import { useState } from 'react'
import type { Licence } from '#shared/contract/help.ts'
import { formatCount } from '#renderer/format/format.ts'
import { useSession } from '#renderer/store/session.ts'
import { ModalDialog } from '../ModalDialog.tsx'
import { TextBlock } from './TextBlock.tsx'
import { useAnswer } from './useAnswer.ts'

/** The packages of others that are in Contrail, and the text that each comes with. */
export function LicencesDialog({ onClose }: { readonly onClose: () => void }) {
  const { host } = useSession()
  const { answer, fault } = useAnswer(() => host.licences())
  const [chosen, setChosen] = useState<Licence | null>(null)
  const shown = chosen ?? answer?.[0]
  return (
    <ModalDialog title="Licences" onClose={onClose} wide>
      {answer && <p className="help-about">Contrail holds {formatCount(answer.length)} packages of others.</p>}
      {fault !== null && <p role="alert">{fault}</p>}
      <div className="licences">
        <ul className="licence-list" aria-label="Packages">
          {answer?.map((licence) => (
            <li key={`${licence.name} ${licence.version}`}>
              <button type="button" aria-pressed={licence === shown} onClick={() => setChosen(licence)}>
                <span className="licence-name">{licence.name}</span>
                <span className="hint">
                  {licence.version}, {licence.licence}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <TextBlock label={shown ? `Licence of ${shown.name}` : 'Licence'} text={shown?.text ?? ''} />
      </div>
    </ModalDialog>
  )
}
