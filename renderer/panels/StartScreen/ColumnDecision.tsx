import { useState } from 'react'
import type { ColumnCheck } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { originOf } from '#shared/pipeline/originOf.ts'
import { candidateId, candidateWords, formatNumber } from './candidateWords.ts'
import { ZoneField, useZone } from './ZoneField.tsx'

interface ColumnDecisionProps {
  readonly column: ColumnCheck
  readonly mapping: ColumnMapping
  readonly onUse: (mapping: ColumnMapping) => void
  /** To the mapping of all columns that was offered before. */
  readonly onBack: (() => void) | undefined
}

/** What to use in the place of one column. */
export function ColumnDecision({ column, mapping, onUse, onBack }: ColumnDecisionProps) {
  const [chosen, setChosen] = useState(column.candidates[0] && candidateId(column.candidates[0]))
  const [all, setAll] = useState(false)
  const zone = useZone()
  const shown = all ? column.candidates : column.candidates.slice(0, 2)
  const candidate = column.candidates.find((each) => candidateId(each) === chosen)
  const [first] = column.candidates
  return (
    <form
      className="decision"
      onSubmit={(event) => {
        event.preventDefault()
        if (!candidate) return
        const origin = originOf(candidate)
        if (origin.zone === undefined) onUse({ ...mapping, [column.name]: origin })
        else zone.whenValid((name) => onUse({ ...mapping, [column.name]: { ...origin, zone: name } }))
      }}
    >
      <h2>
        {column.state === 'missing' ? `There is no column ${column.name}` : `Column ${column.name} has the wrong type`}
      </h2>
      <p>
        {first ? (
          <>
            The files have <code>{first.from}</code> instead
            {first.min !== null && first.max !== null
              ? `: a number from ${formatNumber(first.min)} to ${formatNumber(first.max)}`
              : ''}
            .
          </>
        ) : (
          'No other column could stand in for it: choose another folder.'
        )}
      </p>
      <div role="radiogroup" aria-label={`What to use as ${column.name}`}>
        {shown.map((each) => (
          <label key={candidateId(each)} className="decision-choice">
            <input
              type="radio"
              name="candidate"
              checked={chosen === candidateId(each)}
              onChange={() => setChosen(candidateId(each))}
            />
            {candidateWords(column.name, each)} <span className="hint">{each.reason}</span>
          </label>
        ))}
        {column.candidates.length > 2 && !all && (
          <button type="button" className="button button-quiet" onClick={() => setAll(true)}>
            Choose another column <span className="hint">{column.candidates.length - 2} more</span>
          </button>
        )}
      </div>
      {candidate?.zone !== undefined && <ZoneField zone={zone} />}
      <p className="dialog-actions">
        <button className="button button-primary" disabled={!candidate}>
          Use this and continue
        </button>
        {onBack && (
          <button type="button" className="button" onClick={onBack}>
            Back to the whole mapping
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => void navigator.clipboard?.writeText(JSON.stringify(column, undefined, 2))}
        >
          Copy details
        </button>
        <span className="hint">The files stay as they are. The mapping is kept with this source.</span>
      </p>
    </form>
  )
}
