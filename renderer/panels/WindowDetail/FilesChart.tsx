import { useMemo } from 'react'
import type { WindowFacts } from '#shared/contract/silver.ts'
import { EChart } from '#renderer/chart/EChart.tsx'
import { usePalette } from '#renderer/chart/palette.ts'
import { formatCount } from '#renderer/format/format.ts'
import { useSize } from '../useSize.ts'
import { DetailChart } from './DetailChart.tsx'
import { fileMarks } from './fileMarks.ts'
import { shortFile } from './shortFile.ts'

const none: WindowFacts['files'] = []

/** Which files brought the rows of the window: on time above, late below. */
export function FilesChart({ facts }: { readonly facts: WindowFacts | undefined }) {
  const palette = usePalette()
  const [place, { width, height }] = useSize({ width: 780, height: 200 })
  const files = facts?.files ?? none
  const drawing = useMemo(() => fileMarks(files, width, height, palette), [files, width, height, palette])
  const [first] = files
  const sub = first ? `${files.length === 1 ? `file ${shortFile(first.path)}` : `${formatCount(files.length)} files, ${shortFile(first.path)} to ${shortFile(files.at(-1)!.path)}`}, on time above, more than 1 min late or dropped below` : facts ? 'no file holds a row of it' : 'reading the files'
  const sum = (of: (file: WindowFacts['files'][number]) => number) => files.reduce((total, file) => total + of(file), 0)
  return (
    <DetailChart
      name="Rows by file"
      sub={sub}
      legend={
        <span className="panel-legend">
          <span>
            <svg width="8" height="8" aria-hidden className="detail-key-on-time">
              <rect width="8" height="8" />
            </svg>{' '}
            on time
          </span>
          <span>
            <svg width="8" height="8" aria-hidden className="detail-key-counted">
              <rect x=".5" y=".5" width="7" height="7" />
            </svg>{' '}
            late, counted
          </span>
          <span>
            <svg width="8" height="8" aria-hidden className="detail-key-dropped">
              <rect width="8" height="8" />
            </svg>{' '}
            dropped
          </span>
        </span>
      }
      table={
        <table className="detail-table" aria-label="Rows by file">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" data-number>
                Trigger
              </th>
              <th scope="col" data-number>
                On time
              </th>
              <th scope="col" data-number>
                Late, counted
              </th>
              <th scope="col" data-number>
                Dropped
              </th>
            </tr>
          </thead>
          <tbody>
            {files.slice(0, 1000).map(({ path, batchId, onTime, lateCounted, dropped }) => (
              <tr key={`${batchId} ${path}`}>
                <th scope="row" title={path}>
                  {shortFile(path)}
                </th>
                <td data-number>{formatCount(batchId)}</td>
                <td data-number>{formatCount(onTime)}</td>
                <td data-number>{formatCount(lateCounted)}</td>
                <td data-number>{formatCount(dropped)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    >
      <div className="detail-files" ref={place}>
        <EChart drawing={drawing} label={`Rows by file: ${sub}. ${formatCount(sum((file) => file.onTime))} rows on time, ${formatCount(sum((file) => file.lateCounted))} late and counted, ${formatCount(sum((file) => file.dropped))} dropped.`} />
      </div>
    </DetailChart>
  )
}
