import { useEffect, useRef, useState } from 'react'
import type { CheckReport, CheckStep, ColumnCheck } from '#shared/contract/source.ts'
import type { ColumnMapping } from '#shared/pipeline/columnMapping.ts'
import type { NewRun, Speed } from '#shared/contract/run.ts'
import type { S3Where } from '#shared/contract/s3.ts'
import { formatBytes, formatCount, formatInstant } from '#renderer/format/format.ts'
import { isOnS3 } from '#renderer/format/place.ts'
import { queryWords } from '#renderer/format/words.ts'
import { Icon, type IconName } from '#renderer/theme/Icon.tsx'
import { SpeedSelect } from '../Transport/SpeedSelect.tsx'
import { Decide, DecideAnew } from './Decide.tsx'

interface SourceCheckProps {
  readonly path: string
  readonly report: CheckReport | null
  readonly onCheck: (mapping?: ColumnMapping) => void
  /** To choose another folder. */
  readonly onOther: () => void
  /** To change how a place on S3 is reached. */
  readonly onConnection: () => void
  readonly onStart: (run: NewRun, speed?: Speed) => void
}

/** The five steps of a source, the decision that one of them may need, and what a run of it starts with. */
export function SourceCheck({ path, report, onCheck, onOther, onConnection, onStart }: SourceCheckProps) {
  /** The source whose columns are decided about one by one. */
  const [alone, setAlone] = useState<string | null>(null)
  const place = useRef<HTMLElement>(null)
  const isChecked = report !== null
  // In a small window it lies below what was chosen from.
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'start' })
  }, [path, isChecked])
  const onS3 = isOnS3(path)
  const failedOnS3 = onS3 && report !== null && report.steps.some(({ state }) => state === 'failed')
  return (
    <section className="check" aria-label="Source check" ref={place}>
      <header className="check-header" data-busy={report === null}>
        <div>
          <h1>{path}</h1>
          <p className="check-when" aria-live="polite">
            {report === null ? 'Checking' : `${report.s3 ? `Credentials in use: ${report.s3.credentials}. ` : ''}Checked ${formatInstant(report.checkedMs, 'UTC')}, ${(report.tookMs / 1000).toFixed(1)} s.${report.files > 0 ? ` ${formatCount(report.files)} ${report.files === 1 ? 'file' : 'files'}, ${formatBytes(report.bytes)}.` : ''}`}
          </p>
        </div>
        {/* Where a step failed, it stands beside it. */}
        {!failedOnS3 && (
          <button className="button" onClick={onS3 ? onConnection : onOther}>
            {onS3 ? 'Change the connection' : 'Choose another folder'}
          </button>
        )}
        <button className="button" onClick={() => onCheck()} disabled={report === null}>
          Check again
        </button>
      </header>
      <ol className="check-steps" aria-label="Steps">
        {report?.steps.map((step, i) => (
          <Step key={step.name} step={step} number={i + 1} />
        ))}
      </ol>
      <div className="check-detail">
        {failedOnS3 && <ConnectionInUse s3={report.s3} onConnection={onConnection} />}
        {report && <Decide report={report} onUse={onCheck} alone={alone === path} onAlone={(isAlone) => setAlone(isAlone ? path : null)} />}
        {report?.ready && <RunOptions path={path} onStart={onStart} />}
        {report && <DecideAnew report={report} onUse={onCheck} />}
        {report && report.columns.length > 0 && <Columns columns={report.columns} />}
      </div>
    </section>
  )
}

/** With what it was asked, where it could not be read. */
function ConnectionInUse({ s3, onConnection }: { readonly s3: S3Where | null; readonly onConnection: () => void }) {
  return (
    <section className="check-connection" aria-label="Connection">
      <h2>Connection</h2>
      {s3 && (
        <dl className="about">
          <dt>Server</dt>
          <dd>{s3.server}</dd>
          <dt>Bucket</dt>
          <dd>{s3.bucket}</dd>
          <dt>Credentials</dt>
          <dd>{s3.credentials}</dd>
        </dl>
      )}
      <p className="dialog-actions">
        <button className="button button-primary" onClick={onConnection}>
          Change the connection
        </button>
        <span className="hint">Or mend it on the server, then check again.</span>
      </p>
    </section>
  )
}

const icons = { passed: 'tick', failed: 'cross', warning: 'warning', 'needs a decision': 'cross', waiting: 'dotted' } as const satisfies Record<CheckStep['state'], IconName>

function Step({ step, number }: { readonly step: CheckStep; readonly number: number }) {
  return (
    <li className="check-step" data-state={step.state}>
      <span className="check-glyph">
        <Icon name={icons[step.state]} size={14} />
      </span>
      <div>
        <p className="check-name">
          {number}. {step.name} <span className="check-state">{step.state}</span>
        </p>
        <p className="check-text">{step.text}</p>
      </div>
    </li>
  )
}

function RunOptions({ path, onStart }: { readonly path: string; readonly onStart: (run: NewRun, speed?: Speed) => void }) {
  const [mode, setMode] = useState<'replay' | 'watch'>('replay')
  const [speed, setSpeed] = useState<Speed>('max')
  const [gold, setGold] = useState('')
  const [checkpoints, setCheckpoints] = useState('')
  const [files, setFiles] = useState('')
  const [interval, setInterval] = useState('')
  const [quarantine, setQuarantine] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  return (
    <form
      className="run-options"
      onSubmit={(event) => {
        event.preventDefault()
        const wrong = faultOf(files, mode === 'watch' ? interval : '')
        setFault(wrong)
        if (wrong !== null) return
        onStart(
          {
            silver: path,
            mode,
            ...(gold.trim() !== '' && { gold: gold.trim() }),
            ...(checkpoints.trim() !== '' && { checkpoints: checkpoints.trim() }),
            ...(files.trim() !== '' && { maxFilesPerTrigger: Number(files) }),
            ...(mode === 'watch' && interval.trim() !== '' && { intervalSeconds: Number(interval) }),
            onBadFile: quarantine ? 'quarantine' : 'stop'
          },
          mode === 'replay' ? speed : undefined
        )
      }}
    >
      <h2>{mode === 'replay' ? 'Ready to replay' : 'Ready to watch'}</h2>
      <div role="radiogroup" aria-label="Mode" className="run-modes">
        <label>
          <input type="radio" name="mode" checked={mode === 'replay'} onChange={() => setMode('replay')} /> Replay <span className="hint">all there is, at any speed</span>
        </label>
        <label>
          <input type="radio" name="mode" checked={mode === 'watch'} onChange={() => setMode('watch')} /> Watch <span className="hint">what is there and what comes</span>
        </label>
      </div>
      <details>
        <summary>
          Options <span className="hint">speed, files per trigger, folders, bad files</span>
        </summary>
        <div className="run-fields">
          <label>
            Files per trigger
            <input className="field" inputMode="numeric" value={files} placeholder="1000" onChange={(event) => setFiles(event.target.value)} />
          </label>
          {mode === 'replay' && (
            <label>
              Speed
              <SpeedSelect speed={speed} onChange={setSpeed} />
            </label>
          )}
          {mode === 'watch' && (
            <label>
              Seconds between triggers
              <input className="field" inputMode="decimal" value={interval} placeholder="batch after batch" onChange={(event) => setInterval(event.target.value)} />
            </label>
          )}
          <label>
            Gold folder
            <input className="field" value={gold} placeholder={placeHint(path)} spellCheck={false} onChange={(event) => setGold(event.target.value)} />
          </label>
          <label>
            Checkpoints folder
            <input className="field" value={checkpoints} placeholder={placeHint(path)} spellCheck={false} onChange={(event) => setCheckpoints(event.target.value)} />
          </label>
          <label className="run-check">
            <input type="checkbox" checked={quarantine} onChange={(event) => setQuarantine(event.target.checked)} /> Set bad files aside and go on
          </label>
        </div>
      </details>
      {fault !== null && <p role="alert">{fault}</p>}
      <p className="dialog-actions">
        <button className="button button-primary">Start</button>
        <span className="hint">Makes a run with gold and checkpoints of its own. Silver stays as it is.</span>
      </p>
    </form>
  )
}

/** Beside silver on S3 the others may lie there too. */
const placeHint = (path: string): string => (isOnS3(path) ? 'with the run, or s3://bucket/folder' : 'with the run')

/** What is wrong with the numbers of the options; null when nothing is. */
function faultOf(files: string, seconds: string): string | null {
  if (files.trim() !== '' && !/^[1-9]\d*$/.test(files.trim())) return `Files per trigger is ${files.trim()}: give a whole number from 1 on, or leave it empty for 1,000.`
  if (seconds.trim() !== '' && !(Number(seconds) > 0 && Number.isFinite(Number(seconds)))) return `Seconds between triggers is ${seconds.trim()}: give a number above zero such as 10 or 0.5, or leave it empty for batch after batch.`
  return null
}

function Columns({ columns }: { readonly columns: readonly ColumnCheck[] }) {
  const shown = columns.slice(0, 18)
  return (
    <table className="check-columns">
      <thead>
        <tr>
          <td />
          <th scope="col">Column</th>
          <th scope="col">Expected</th>
          <th scope="col">Found</th>
          <th scope="col">Used by</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((column) => (
          <tr key={column.name} data-state={column.state}>
            <td className="check-glyph">{column.state !== 'not used' && <Icon name={column.state === 'matches' ? 'tick' : 'cross'} size={13} />}</td>
            <th scope="row">
              <code>{column.name}</code>
            </th>
            <td>{column.expected}</td>
            <td>{column.found}</td>
            <td>{column.usedBy.length === 2 ? 'both queries' : column.usedBy.length === 0 ? 'not used' : queryWords[column.usedBy[0]!]}</td>
            <td>{column.state === 'not used' ? '' : column.state}</td>
          </tr>
        ))}
        {columns.length > shown.length && (
          <tr>
            <td />
            <td colSpan={5}>and {columns.length - shown.length} more, none of them used</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
