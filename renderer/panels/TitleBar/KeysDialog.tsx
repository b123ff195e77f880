import type { Command } from '#renderer/commands/command.ts'
import { ModalDialog } from '../ModalDialog.tsx'

/** Keys of what has the focus; those of commands are told by the commands. */
const places: readonly (readonly [where: string, keys: readonly (readonly [string, string])[]])[] = [
  ['Limit handles', [['← →', 'a step: 50 m, 5 km/h'], ['Shift+← →', 'a fine step: 1'], ['PgUp PgDn', 'ten steps'], ['Alt+← →', 'to the next percentile'], ['Esc', 'back to what it was']]],
  ['Window river', [['← →', 'earlier or later window'], ['↑ ↓', 'the other query'], ['Esc', 'no selection']]],
  ['Overview', [['← →', 'move the visible range'], ['PgUp PgDn', 'ten times as far'], ['Home End', 'first and last event']]],
  ['Tables', [['↑ ↓', 'row by row'], ['Ctrl+C', 'copy the selected rows'], ['N', 'show new rows'], ['Esc', 'no selection']]],
  ['Anywhere', [['Tab', 'next control; arrows move inside menus, tabs and tables']]]
]

/** What keys do: those of the commands, and by where the focus is. */
export function KeysDialog({ commands, onClose }: { readonly commands: readonly Command[]; readonly onClose: () => void }) {
  const menus = [...new Set(commands.map(({ menu }) => menu))]
  const ofCommands = menus.map((menu) => [menu, commands.filter((command) => command.menu === menu && command.keys !== undefined).map(({ keys, title }): readonly [string, string] => [keys!, title])] as const).filter(([, keys]) => keys.length > 0)
  return (
    <ModalDialog title="Keyboard shortcuts" onClose={onClose}>
      <div className="keys">
        {[...ofCommands, ...places].map(([where, list]) => (
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
