import { useEffect, useState } from 'react'
import type { Actions } from '#renderer/store/appStore.ts'
import { onCommand, type WorkbenchCommand } from '../commands.ts'
import { SessionDialog } from '../Sessions/SessionDialog.tsx'
import { LicencesDialog } from './LicencesDialog.tsx'
import { LogsDialog } from './LogsDialog.tsx'
import { ReportDialog } from './ReportDialog.tsx'

const shownHere = ['openSession', 'saveSession', 'showLogs', 'reportProblem', 'licences'] as const satisfies readonly WorkbenchCommand[]

type ShownHere = (typeof shownHere)[number]

/** The dialogs that commands open, one at a time: sessions, and those of Help. */
export function HelpDialogs({ actions }: { readonly actions: Actions }) {
  const [shown, setShown] = useState<{ readonly id: ShownHere; readonly turn: number } | null>(null)
  useEffect(() => onCommand((id) => isShownHere(id) && setShown((before) => ({ id, turn: (before?.turn ?? 0) + 1 }))), [])
  if (shown === null) return null
  // One that closes a moment after the next was asked for must not take that along.
  const onClose = () => setShown((now) => (now === shown ? null : now))
  return <Dialog key={shown.turn} id={shown.id} actions={actions} onClose={onClose} />
}

function Dialog({ id, actions, onClose }: { readonly id: ShownHere; readonly actions: Actions; readonly onClose: () => void }) {
  switch (id) {
    case 'openSession':
      return <SessionDialog mode="open" actions={actions} onClose={onClose} />
    case 'saveSession':
      return <SessionDialog mode="save" actions={actions} onClose={onClose} />
    case 'showLogs':
      return <LogsDialog onClose={onClose} />
    case 'reportProblem':
      return <ReportDialog onClose={onClose} />
    case 'licences':
      return <LicencesDialog onClose={onClose} />
  }
}

const isShownHere = (id: WorkbenchCommand): id is ShownHere => (shownHere as readonly WorkbenchCommand[]).includes(id)
