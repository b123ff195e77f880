import { useEffect, useState } from 'react'
import type { Running } from '#renderer/duckdb/sqlConsole.ts'
import { formatCount } from '#renderer/format/format.ts'
import { Icon } from '#renderer/theme/Icon.tsx'
import { tookText } from './words.ts'

const limits: readonly (readonly [number, string])[] = [
  [5, '5 s'],
  [30, '30 s'],
  [120, '2 min'],
  [600, '10 min']
]

interface RunBarProps {
  /** Of the frozen copy; undefined: nothing was read yet. */
  readonly trigger: number | undefined
  readonly limitSeconds: number
  readonly running: () => Running | null
  readonly isRunning: boolean
  readonly onLimit: (seconds: number) => void
  readonly onFormat: () => void
  readonly onRun: () => void
  readonly onCancel: () => void
}

/** What a statement runs on, for how long at most, and the buttons that start and stop it. */
export function RunBar({ trigger, limitSeconds, running, isRunning, onLimit, onFormat, onRun, onCancel }: RunBarProps) {
  return (
    <div className="sql-run">
      {isRunning ? <Progress running={running} /> : <span className="hint">Runs on a frozen copy{trigger === undefined ? '' : `: trigger ${formatCount(trigger)}`}</span>}
      <label className="hint sql-limit">
        Time limit
        <select className="field" value={limitSeconds} onChange={({ target }) => onLimit(Number(target.value))}>
          {limits.map(([seconds, words]) => (
            <option key={seconds} value={seconds}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button className="button" onClick={onFormat}>
        Format
      </button>
      {isRunning ? (
        <button className="button" onClick={onCancel}>
          Cancel
        </button>
      ) : (
        <button className="button button-primary" onClick={onRun}>
          <Icon name="play" size={10} /> Run
          <span className="sql-key" aria-hidden>
            Ctrl ↵
          </span>
        </button>
      )}
    </div>
  )
}

const atWords: Readonly<Record<Running['at'], string>> = { starting: 'starting DuckDB', copying: 'copying what changed', running: 'running', keeping: 'taking the rows over' }

/** A sign of life, ten times a second. */
function Progress({ running }: { readonly running: () => Running | null }) {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 100)
    return () => clearInterval(timer)
  }, [])
  const now = running()
  if (!now) return null
  return (
    <span className="hint">
      {atWords[now.at]}, {tookText(performance.now() - now.sinceMs)}
      {now.rows > 0 && `, ${formatCount(now.rows)} rows so far`}
    </span>
  )
}
