import type { Speed } from '#shared/contract/run.ts'
import { speeds } from './paces.ts'

/** Event time per time that passes. */
export function SpeedSelect({ speed, className = '', onChange }: { readonly speed: Speed; readonly className?: string; readonly onChange: (speed: Speed) => void }) {
  return (
    <select className={`field ${className}`} aria-label="Speed" value={String(speed)} onChange={({ target }) => onChange(target.value === 'max' ? 'max' : Number(target.value))}>
      {(speeds.includes(speed) ? speeds : [...speeds, speed]).map((each) => (
        <option key={String(each)} value={String(each)}>
          {each === 'max' ? 'As fast as possible' : `${each}×`}
        </option>
      ))}
    </select>
  )
}
