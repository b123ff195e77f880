import { isAbsolute } from 'node:path'
import { Fault } from '#shared/engine/fault.ts'
import type { Limits } from '#shared/contract/run.ts'
import type { SessionFile, SessionRun } from '#shared/contract/session.ts'
import { isS3Place } from '../storage/s3/s3Uri.ts'
import { isPlainJson } from './plainJson.ts'
import { pipelineOfSession } from './sessionRun.ts'

export const mostSessionBytes = 1_000_000

type Fields = Readonly<Record<string, unknown>>

/** What a session file holds. It may come from anybody: whatever is not as it must be is a Fault that names the file and the key. */
export function parseSession(text: string, file: string): SessionFile {
  const refuse = refusal(file)
  if (text.length > mostSessionBytes) throw refuse(`it has more than ${mostSessionBytes / 1e6} MB`)
  const session = fieldsOf(jsonOf(text, file), 'it', refuse)
  // Before its keys: those of a later format may be others.
  if (session.formatVersion !== 1) throw versionFault(session.formatVersion, file)
  if (!isPlainJson(session)) throw refuse('it is nested too deep, too large, or has a key that no session has')
  onlyKeys(session, ['formatVersion', 'contrail', 'savedMs', 'run', 'view'], '', refuse)
  return {
    formatVersion: 1,
    contrail: textOf(session.contrail, 'contrail', 50, refuse),
    savedMs: numberOf(session.savedMs, 'savedMs', refuse),
    run: parseSessionRun(session.run, file),
    view: fieldsOf(session.view, 'view', refuse)
  }
}

/** The run of a session, as a file holds it or a page gives it back. */
export function parseSessionRun(value: unknown, file: string): SessionRun {
  const refuse = refusal(file)
  if (!isPlainJson(value)) throw refuse('run is nested too deep, too large, or has a key that no session has')
  const run = fieldsOf(value, 'run', refuse)
  onlyKeys(run, ['id', 'name', 'mode', 'silver', 'settings', 'limits'], 'run.', refuse)
  const settings = fieldsOf(run.settings, 'run.settings', refuse)
  onlyKeys(settings, ['silver', 'trigger', 'queries'], 'run.settings.', refuse)
  const [silver, trigger, queries] = (['silver', 'trigger', 'queries'] as const).map((key) => fieldsOf(settings[key], `run.settings.${key}`, refuse)) as [Fields, Fields, Fields]
  if ('uri' in silver) throw refuse('run.settings.silver.uri is a key that no session has')
  const { mode } = run
  if (mode !== 'replay' && mode !== 'watch') throw refuse(`run.mode is ${shown(mode)}, and must be replay or watch`)
  if (mode !== (trigger.kind === 'processingTime' ? 'watch' : 'replay')) throw refuse(`run.settings.trigger.kind is ${shown(trigger.kind)}, which is no trigger of a run that is to ${mode}`)
  const id = textOf(run.id, 'run.id', 80, refuse)
  if (!/^[\w-]+$/.test(id)) throw refuse(`run.id is ${shown(id)}, which is no id of a run`)
  const folder = textOf(run.silver, 'run.silver', 4096, refuse)
  if (!isAbsolute(folder) && !isS3Place(folder)) throw refuse(`run.silver is ${shown(folder)}, and must be a whole path, from the root on, or s3://bucket/folder`)
  const parsed: SessionRun = { id, name: textOf(run.name, 'run.name', 200, refuse), mode, silver: folder, settings: { silver, trigger, queries }, limits: run.limits === null ? null : limitsOf(run.limits, refuse) }
  pipelineOfSession(parsed, folder, `${file} is not a session that can be opened`)
  return parsed
}

type Refuse = (why: string) => Fault

const refusal =
  (file: string): Refuse =>
  (why) =>
    new Fault('corrupt', `${file} is not a session of Contrail: ${why}; choose another file`)

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Fault('corrupt', `${file} is not a session of Contrail: it is not JSON; choose another file`, { cause: error })
  }
}

function versionFault(version: unknown, file: string): Fault {
  if (typeof version === 'number' && version > 1) return new Fault('unsupported', `${file} was saved by a newer Contrail (session format ${version}, and this one reads 1): open it with that one`)
  return refusal(file)(`formatVersion is ${shown(version)}, and must be 1`)
}

function fieldsOf(value: unknown, name: string, refuse: Refuse): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse(`${name} is ${shown(value)}, and must be an object`)
  return value as Fields
}

function onlyKeys(value: Fields, keys: readonly string[], before: string, refuse: Refuse): void {
  const other = Object.keys(value).find((key) => !keys.includes(key))
  if (other !== undefined) throw refuse(`${shown(before + other)} is a key that no session has`)
}

function textOf(value: unknown, name: string, most: number, refuse: Refuse): string {
  if (typeof value !== 'string' || value === '' || value.length > most || hasControls(value)) throw refuse(`${name} is ${shown(value)}, and must be text of at most ${most} characters, in one line`)
  return value
}

const hasControls = (text: string): boolean => /[\u0000-\u001f\u007f]/.test(text)

function numberOf(value: unknown, name: string, refuse: Refuse): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(`${name} is ${shown(value)}, and must be a number`)
  return value
}

function limitsOf(value: unknown, refuse: Refuse): Limits {
  const limits = fieldsOf(value, 'run.limits', refuse)
  const keys = ['altitudeMin', 'altitudeMax', 'velocityMin', 'velocityMax'] as const
  onlyKeys(limits, keys, 'run.limits.', refuse)
  return Object.fromEntries(keys.map((key) => [key, numberOf(limits[key], `run.limits.${key}`, refuse)])) as unknown as Limits
}

/** A value as a sentence can hold it. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
