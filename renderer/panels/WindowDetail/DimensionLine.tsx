import { useMemo } from 'react'
import { EChart } from '#renderer/chart/EChart.tsx'
import { usePalette } from '#renderer/chart/palette.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { useSize } from '../useSize.ts'
import { textOf, type Explanation } from './closingWords.ts'
import type { PaneRow } from './detailFacts.ts'
import { dimensionHeight, dimensionMarks } from './dimensionMarks.ts'
import type { WindowClosing } from './windowClosing.ts'

/** The sentence once more, drawn: its name says the same. */
export function DimensionLine({ window, panes, closing, explanation, zone }: { readonly window: WindowEntry; readonly panes: readonly PaneRow[]; readonly closing: WindowClosing; readonly explanation: Explanation; readonly zone: ViewState['zone'] }) {
  const palette = usePalette()
  const [place, { width }] = useSize({ width: 780, height: dimensionHeight })
  const marks = dimensionMarks({ window, panes, closing, zone, width }, palette)
  // The same picture is the same object: then nothing is drawn.
  const picture = JSON.stringify(marks)
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const drawing = useMemo(() => marks, [picture, palette])
  return (
    <div className="detail-dimension" ref={place} style={{ height: dimensionHeight }}>
      <EChart drawing={drawing} label={`The window on a line of time. ${textOf(explanation.pieces)}`} />
    </div>
  )
}
