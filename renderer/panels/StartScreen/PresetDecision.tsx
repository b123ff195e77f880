import type { PresetOffer } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { originOf } from '#shared/pipeline/originOf.ts'
import { originText } from '#shared/pipeline/originText.ts'
import { ZoneField, useZone } from './ZoneField.tsx'

interface PresetDecisionProps {
  readonly preset: PresetOffer
  readonly mapping: ColumnMapping
  readonly onUse: (mapping: ColumnMapping) => void
  /** To decide about each column by itself. */
  readonly onAlone: () => void
}

/** A kind of table was recognised: its mapping as one choice, with the consequence for each column. */
export function PresetDecision({ preset, mapping, onUse, onAlone }: PresetDecisionProps) {
  const zone = useZone()
  const asksZone = preset.columns.some(({ candidate }) => candidate.zone !== undefined)
  const mappingIn = (name: string): ColumnMapping => {
    const entries = preset.columns.map(({ name: column, candidate }) => {
      const origin = originOf(candidate)
      return [column, origin.zone === undefined ? origin : { ...origin, zone: name }] as const
    })
    return { ...mapping, ...Object.fromEntries(entries) }
  }
  return (
    <form
      className="decision"
      onSubmit={(event) => {
        event.preventDefault()
        if (asksZone) zone.whenValid((name) => onUse(mappingIn(name)))
        else onUse(mappingIn('UTC'))
      }}
    >
      <h2>These look like {preset.name}</h2>
      <p>Their mapping gives the columns that are missing:</p>
      <dl className="preset-columns" aria-label="The mapping">
        {preset.columns.map(({ name, candidate }) => {
          const { zone: _, ...origin } = originOf(candidate)
          return (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                {originText(origin)} <span className="hint">{candidate.reason}</span>
              </dd>
            </div>
          )
        })}
      </dl>
      {preset.left.length > 0 && <p>{preset.left.join(' and ')} must be decided about afterwards.</p>}
      {asksZone && <ZoneField zone={zone} />}
      <p className="dialog-actions">
        <button className="button button-primary">Use their mapping</button>
        <button type="button" className="button" onClick={onAlone}>
          Decide column by column
        </button>
        <span className="hint">The files stay as they are. The mapping is kept with this source.</span>
      </p>
    </form>
  )
}
