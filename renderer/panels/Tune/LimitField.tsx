import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { formatLimitNumber } from '#renderer/format/format.ts'
import { limitIn, limitSteps, parseLimit, proposeLimit, unitOf, type LimitInfo } from '#renderer/store/limits.ts'
import { useSession } from '#renderer/store/session.ts'
import { useUnits } from './useWhatIf.ts'

interface LimitFieldProps {
  readonly info: LimitInfo
  readonly value: number
  readonly current: number
  readonly children?: never
}

/** A limit as a number with its unit. What is typed holds at once where it is a limit; arrows move it as the handle's do, Escape goes back to what it was. */
export function LimitField({ info: { key, measure, edge, label }, value, current }: LimitFieldProps) {
  const session = useSession()
  const units = useUnits()
  const shown = formatLimitNumber(limitIn(measure, value, units))
  /** What is being typed; null: nothing is. */
  const [text, setText] = useState<string | null>(null)
  const [why, setWhy] = useState<string | undefined>(undefined)
  const before = useRef(value)
  const gesture = useRef(0)
  const note = useId()
  // A limit that was moved elsewhere shows at once.
  const typed = useRef<number | undefined>(undefined)
  useEffect(() => {
    if (typed.current !== undefined && typed.current !== value) {
      typed.current = undefined
      setText(null)
      setWhy(undefined)
    }
  }, [value])

  function set(next: number): void {
    typed.current = next
    setWhy(proposeLimit(session, key, next, `field ${key} ${gesture.current}`))
  }

  function type(input: string): void {
    setText(input)
    const next = parseLimit(measure, input, units)
    if (next === undefined) setWhy(input.trim() === '' ? undefined : `${label}: a number is needed, such as ${shown}.`)
    else set(next)
  }

  function press(event: KeyboardEvent): void {
    const { usual, fine } = limitSteps[measure]
    const step = (event.shiftKey ? fine : usual) * (event.key.startsWith('Page') ? 10 : 1)
    if (event.key === 'ArrowUp' || event.key === 'PageUp') {
      setText(null)
      set(value + step)
    } else if (event.key === 'ArrowDown' || event.key === 'PageDown') {
      setText(null)
      set(value - step)
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) leave()
    else if (event.key === 'Escape') {
      if (value !== before.current) proposeLimit(session, key, before.current, `field ${key} ${gesture.current}`)
      setText(null)
      setWhy(undefined)
    } else return
    event.preventDefault()
  }

  function leave(): void {
    if (why === undefined) setText(null)
    typed.current = undefined
    session.undo.settle()
  }

  return (
    <div className="limit-field-place">
      <label className="limit-field" data-changed={value !== current} data-wrong={why !== undefined}>
        <span className="limit-field-edge" aria-hidden>
          {edge}
        </span>
        <input
          type="text"
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          aria-label={label}
          aria-invalid={why !== undefined}
          aria-describedby={note}
          value={text ?? shown}
          onFocus={({ target }) => {
            gesture.current += 1
            before.current = value
            target.select()
          }}
          onChange={({ target }) => type(target.value)}
          onKeyDown={press}
          onBlur={() => {
            leave()
            setText(null)
            setWhy(undefined)
          }}
        />
        <span className="limit-field-unit">{unitOf(measure, units)}</span>
      </label>
      <span className="hint limit-field-note" id={note} role={why === undefined ? undefined : 'alert'} data-wrong={why !== undefined}>
        {why ?? (value === current ? 'unchanged' : `was ${formatLimitNumber(limitIn(measure, current, units))} ${unitOf(measure, units)}`)}
      </span>
    </div>
  )
}
