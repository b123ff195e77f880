import { ModalDialog } from '../ModalDialog.tsx'

const keys: readonly (readonly [where: string, keys: readonly (readonly [string, string])[]])[] = [
  ['Anywhere', [['Ctrl+O', 'open a folder'], ['Ctrl+E', 'export'], ['?', 'this list'], ['Tab', 'next control; arrows move inside menus, tabs and tables']]],
  ['Replay', [['Space', 'play or pause'], ['→', 'step forward by the chosen unit'], ['F', 'follow the newest event'], ['M', 'maximise the tables, and back']]],
  ['Window river', [['← →', 'earlier or later window'], ['↑ ↓', 'the other query'], ['Esc', 'no selection']]],
  ['Overview', [['← →', 'move the visible range'], ['PgUp PgDn', 'ten times as far'], ['Home End', 'first and last event']]],
  ['Tables', [['↑ ↓', 'row by row'], ['Ctrl+C', 'copy the selected rows'], ['N', 'show new rows'], ['Esc', 'no selection']]]
]

/** What keys do, by where the focus is. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <ModalDialog title="Keyboard shortcuts" onClose={onClose}>
      <div className="keys">
        {keys.map(([where, list]) => (
          <section key={where} aria-label={where}>
            <h3>{where}</h3>
            <dl>
              {list.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </ModalDialog>
  )
}
