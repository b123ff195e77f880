import { useId, useState } from 'react'
import { defaultZone } from '#shared/pipeline/columnMapping.ts'
import { isTimeZone } from '#shared/pipeline/timeZone.ts'

/** A time zone that is being typed. */
export interface TypedZone {
  readonly text: string
  readonly onText: (text: string) => void
  /** It was used, and is none. */
  readonly isWrong: boolean
  /** Goes on with its name, or shows that it is none. */
  readonly whenValid: (onName: (name: string) => void) => void
}

export function useZone(): TypedZone {
  const [text, setText] = useState<string>(defaultZone)
  const [isWrong, setWrong] = useState(false)
  const name = text.trim()
  return {
    text,
    onText(next) {
      setText(next)
      setWrong(false)
    },
    isWrong,
    whenValid(onName) {
      if (isTimeZone(name)) onName(name)
      else setWrong(true)
    }
  }
}

/** The zone of times that name none. */
export function ZoneField({ zone }: { readonly zone: TypedZone }) {
  const list = useId()
  return (
    <div className="zone-field">
      <label>
        Time zone of the times
        <input
          className="field"
          list={list}
          value={zone.text}
          spellCheck={false}
          aria-invalid={zone.isWrong}
          onChange={(event) => zone.onText(event.target.value)}
        />
      </label>
      <datalist id={list}>
        {[defaultZone, ...Intl.supportedValuesOf('timeZone')].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {zone.isWrong && (
        <p role="alert">
          {zone.text.trim() === '' ? 'Give a time zone' : `No time zone is called ${zone.text.trim()}`}, as
          Europe/Berlin or UTC.
        </p>
      )}
    </div>
  )
}
