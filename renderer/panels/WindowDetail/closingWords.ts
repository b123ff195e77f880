import type { WindowFacts } from '#shared/contract/silver.ts'
import { formatCount, formatInstant } from '#renderer/format/format.ts'
import type { WindowEntry } from '#renderer/store/windowTable.ts'
import type { ViewState } from '#renderer/store/viewStore.ts'
import { shortFile } from './shortFile.ts'
import type { WindowClosing } from './windowClosing.ts'

/** A piece of a sentence: what matters most of it is strong. */
export type Piece = string | { readonly strong: string; readonly title?: string }

export interface Explanation {
  readonly question: string
  readonly pieces: readonly Piece[]
}

type Window = Pick<WindowEntry, 'closedBatch' | 'rows' | 'droppedRows'>

/** Why a window is open and what will close it, or what closed it and what came late. */
export function explain(window: Window, closing: WindowClosing, facts: Pick<WindowFacts, 'files'> | undefined, zone: ViewState['zone']): Explanation {
  if (window.closedBatch === null) return { question: 'Why is this window still open?', pieces: openPieces(closing, zone) }
  if (window.rows === 0 && window.droppedRows > 0) return { question: 'Why is there nothing of this window?', pieces: [`No row came in time. ${lateWords(window, facts)} Gold has no row of it.`] }
  return { question: 'What closed this window?', pieces: [...closedPieces(window.closedBatch, closing, zone), ` ${lateWords(window, facts)}`] }
}

/** The sentence as text. */
export const textOf = (pieces: readonly Piece[]): string => pieces.map((piece) => (typeof piece === 'string' ? piece : piece.strong)).join('')

const strong = (text: string, title?: string): Piece => ({ strong: text, ...(title !== undefined && { title }) })

const file = (path: string, word = 'File'): Piece => strong(`${word} ${shortFile(path)}`, path)

const nextOne = 'because a watermark counts from the following trigger.'

function openPieces({ delayMs, neededMs, newestMs, prediction, passedBy, isFolder }: WindowClosing, zone: ViewState['zone']): Piece[] {
  const needed = strong(formatInstant(neededMs, zone))
  if (prediction?.kind === 'passed') {
    const read: Piece[] = passedBy ? ['It needed an event at or after ', needed, `, and trigger ${formatCount(passedBy.readBy)} has read it`, ...(passedBy.file === undefined ? [] : [' in ', file(passedBy.file, 'file')]), ': the watermark has passed its end. '] : ['The watermark has passed its end. ']
    return [...read, ...(prediction.writtenBy === undefined ? ['No trigger follows, so its rows are not written.'] : ['Its rows are written by the next one, ', strong(`trigger ${formatCount(prediction.writtenBy)}`), `, ${nextOne}`])]
  }
  const short = newestMs === undefined ? [] : [' The newest event is ', strong(formatInstant(newestMs, zone)), `, ${spanWords(neededMs - newestMs)} short.`]
  const start: Piece[] = ['It closes once an event at or after ', needed, ` has been read: window end plus the ${spanWords(delayMs)} delay.`, ...short, ' ']
  switch (prediction?.kind) {
    case 'planned':
      return [
        ...start,
        file(prediction.file),
        ` should carry that event in trigger ${formatCount(prediction.readBy)}. `,
        ...(prediction.writtenBy === undefined ? ['No trigger follows it, so its rows are not written.'] : ['Its rows are written by the next one, ', strong(`trigger ${formatCount(prediction.writtenBy)}`), `, ${nextOne}`])
      ]
    case 'never':
      return [...start, 'No file that is left carries it: this window stays open, and its rows are not written, until more comes.']
    case 'unknown':
      return [...start, `${isFolder || prediction.because === 'statistics' ? unknownWords.statistics : unknownWords[prediction.because]} Its rows are written by the trigger after the one that reads it.`]
    default:
      return start
  }
}

const unknownWords = {
  statistics: 'The log does not tell which file carries it.',
  files: 'None of the next files carries it, and those after them are not looked at yet.',
  watch: 'No file that is there yet carries it: the run watches for more.'
}

function closedPieces(closedBatch: number, { closedBy, delayMs, neededMs }: WindowClosing, zone: ViewState['zone']): Piece[] {
  const wrote: Piece[] = [strong(`Trigger ${formatCount(closedBatch)}`), ' wrote its rows.']
  if (!closedBy) return wrote
  const read: Piece[] = [` Trigger ${formatCount(closedBy.readBy)} had read `, ...(closedBy.eventMs === null ? ['an event'] : ['the event ', strong(formatInstant(closedBy.eventMs, zone))]), ...(closedBy.file === null ? [] : [' in ', file(closedBy.file, 'file')])]
  return [...wrote, ...read, `, and it needed one at or after `, strong(formatInstant(neededMs, zone)), `: window end plus the ${spanWords(delayMs)} delay.`]
}

const filesNamed = 3

function lateWords({ droppedRows }: Window, facts: Pick<WindowFacts, 'files'> | undefined): string {
  if (droppedRows === 0) return 'No row has come too late.'
  const from = facts?.files.filter(({ dropped }) => dropped > 0).sort((a, b) => b.dropped - a.dropped) ?? []
  const named = from.slice(0, filesNamed).map(({ path, dropped }) => `${shortFile(path)} (${formatCount(dropped)})`)
  const more = from.length > filesNamed ? ` and ${formatCount(from.length - filesNamed)} more files` : ''
  return `${formatCount(droppedRows)} ${droppedRows === 1 ? 'row' : 'rows'} came too late and ${droppedRows === 1 ? 'was' : 'were'} dropped${named.length === 0 ? '' : `, from ${named.join(', ')}${more}`}.`
}

/** "2 min 30 s", "6 min", "1 h", "0.4 s". */
export function spanWords(ms: number): string {
  if (ms < 1000) return `${Math.max(1, Math.ceil(ms / 100)) / 10} s`
  const seconds = Math.ceil(ms / 1000)
  const parts = [[Math.floor(seconds / 3600), 'h'], [Math.floor((seconds % 3600) / 60), 'min'], [seconds % 60, 's']] as const
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${formatCount(count)} ${unit}`] : [])).join(' ')
}
