import type { CheckReport } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import { ColumnDecision } from './ColumnDecision.tsx'
import { PresetDecision } from './PresetDecision.tsx'

interface DecideProps {
  readonly report: CheckReport
  readonly onUse: (mapping: ColumnMapping) => void
}

interface Alone {
  /** Columns are decided about one by one, though a mapping of all is offered. */
  readonly alone: boolean
  readonly onAlone: (alone: boolean) => void
}

/** What must be decided about the columns: all at once where a kind of table was recognised, else one after the other. Nothing where they match. */
export function Decide({ report, onUse, alone, onAlone }: DecideProps & Alone) {
  const { preset, mapping } = report
  const column = report.columns.find(({ state }) => state === 'missing' || state === 'wrong type')
  if (!column) return null
  if (preset && !alone)
    return <PresetDecision preset={preset} mapping={mapping} onUse={onUse} onAlone={() => onAlone(true)} />
  const onBack = preset ? () => onAlone(false) : undefined
  return <ColumnDecision key={column.name} column={column} mapping={mapping} onUse={onUse} onBack={onBack} />
}

/** Takes a mapping back, where there is one. */
export function DecideAnew({ report, onUse }: DecideProps) {
  if (!report.ready || Object.keys(report.mapping).length === 0) return null
  return (
    <p className="decide-anew">
      <button className="button" onClick={() => onUse({})}>
        Decide about the columns anew
      </button>
      <span className="hint">Some are mapped: step 4 says which.</span>
    </p>
  )
}
