import type { ColumnCheck, MappingCandidate } from '#shared/contract/source.ts'
import type { ColumnMapping, ColumnOrigin } from '#shared/pipeline/columnMapping.ts'
import { originOf } from '#shared/pipeline/originOf.ts'
import { originText } from '#shared/pipeline/originText.ts'
import type { Decision } from '../host/decideColumns.ts'
import { parseColumnFlag } from './columnFlag.ts'

/**
 * What could stand for the columns that do not match, a line each, and the flags that choose it. Where a kind of table was recognised its mapping, otherwise the
 * likeliest columns. `given`: the mapping that there is already. Empty where there is nothing to offer.
 */
export function columnOffers(
  { columns, preset, likely }: Pick<Decision, 'columns' | 'preset' | 'likely'>,
  given: ColumnMapping
): string[] {
  const undecided = columns.filter(({ state }) => state === 'missing' || state === 'wrong type')
  const fromPreset = preset?.columns ?? []
  const chosen = [...fromPreset, ...likely.filter(({ name }) => !fromPreset.some((column) => column.name === name))]
  if (chosen.length === 0) return []
  const mapping = { ...given, ...Object.fromEntries(chosen.map(({ name, candidate }) => [name, originOf(candidate)])) }
  return [
    preset ? `These look like ${preset.name}. Their mapping:` : 'Other columns could stand for those that are missing:',
    ...chosen.map(({ name, candidate }) => `  ${name} is ${originText(originOf(candidate))}. ${candidate.reason}`),
    ...undecidedLines(undecided, chosen),
    'To use it, for a check and for a run:',
    `  ${flagsOf(mapping).join(' ')}`,
    ...(usesUtc(chosen) ? ['Where the times are in another zone, name it in the place of UTC, as Europe/Berlin.'] : [])
  ]
}

function undecidedLines(undecided: readonly ColumnCheck[], chosen: readonly { readonly name: string }[]): string[] {
  const left = undecided.filter(({ name }) => !chosen.some((column) => column.name === name)).map(({ name }) => name)
  return left.length === 0 ? [] : [`  Nothing stands out for ${left.join(' and ')}: choose a column yourself.`]
}

const usesUtc = (chosen: readonly { readonly candidate: MappingCandidate }[]): boolean =>
  chosen.some(({ candidate }) => candidate.zone === 'UTC')

/** Flags for a shell; in JSON where names do not fit the short form. */
function flagsOf(mapping: ColumnMapping): string[] {
  const flags = Object.entries(mapping).map(([name, origin]) => ({ name, origin, text: shortForm(name, origin) }))
  if (flags.every(({ name, origin, text }) => isReadBack(text, name, origin)))
    return flags.map(({ text }) => `--column ${quoted(text)}`)
  return [`--columns ${quoted(JSON.stringify(mapping))}`]
}

function shortForm(name: string, { from, factor, as, zone, onGround }: ColumnOrigin): string {
  const parts = [
    `${name}=${from}`,
    factor === undefined ? '' : ` * ${factor}`,
    as === undefined ? '' : ` as ${as}`,
    zone === undefined ? '' : ` in ${zone}`,
    onGround === undefined ? '' : ` on ground by ${onGround}`
  ]
  return parts.join('')
}

function isReadBack(text: string, name: string, origin: ColumnOrigin): boolean {
  try {
    const [readName, read] = parseColumnFlag(text)
    const keys = ['from', 'factor', 'as', 'zone', 'onGround'] as const
    return readName === name && keys.every((key) => read[key] === origin[key])
  } catch {
    return false
  }
}

/** For the shells of POSIX. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
