import { Fault } from '#shared/engine/fault.ts'
import type { RunCommand, Speed, StepUnit } from '#shared/contract/run.ts'
import type { Clock } from './clock.ts'

/** What a trigger did, as far as it matters to who waits for something. */
export interface TriggerOutcome {
  /** Files it read. */
  readonly files: number
  readonly closedWindows: number
  /** Closed windows and keys with an anomaly. */
  readonly alerts: number
  /** Newest event time of its rows; undefined: it read none. */
  readonly maxEventMs: number | undefined
}

/**
 * Decides when the queries of a run may do their next trigger, and nothing else: a batch is never split, and what is in it does not depend on when it
 * runs. As fast as possible, queries go each on its own; paced or by steps they go in turns, whoever has read fewer files first.
 */
export interface Pacer {
  /** A query that takes part; turns wait for all of them. */
  enter(query: string): void
  /** Resolves when the query may do its next trigger. Fault `interrupted` when the signal asks to stop. */
  turn(query: string, signal: AbortSignal): Promise<void>
  /** The query has nothing to do for now: turns do not wait for it. */
  idle(query: string): void
  /** The query did a trigger. */
  report(query: string, outcome: TriggerOutcome): void
  leave(query: string): void
  control(command: Exclude<RunCommand, { kind: 'stop' }>): void
}

export interface PacerState {
  readonly playing: boolean
  readonly speed: Speed
}

/** A longer jump of event time is a gap in the recording, or a broken clock: nobody would sit it out. */
const longestJumpMs = 3_600_000

interface Member {
  filesRead: number
  /** Neither waiting nor at work. */
  idle: boolean
  /** Set while it waits. */
  release: (() => void) | undefined
}

/** `onChange`: it was told to play, pause or change its speed, or a step has come to its end. */
export function openPacer(clock: Clock, initial: PacerState, onChange: (state: PacerState) => void = () => undefined): Pacer {
  const members = new Map<string, Member>()
  let { playing, speed } = initial
  /** Asked for and not come to their end, the first one under way. */
  let steps: StepUnit[] = []
  /** The first step has had a turn: before it, what is still at work belongs to what went before. */
  let isUnderWay = false
  /** Since the step under way began. */
  let turns = 0
  const seen = { files: 0, closedWindows: 0, alerts: 0 }
  let newestMs: number | undefined
  let dueMs = -Infinity
  let lookedMs = -Infinity
  let timer: AbortController | undefined

  function change(next: Partial<PacerState>): void {
    playing = next.playing ?? playing
    speed = next.speed ?? speed
    onChange({ playing, speed })
  }

  /** Also before the first query has entered. */
  const isAtWork = () => members.size === 0 || [...members.values()].some((member) => !member.idle && member.release === undefined)
  const waiting = () => [...members.values()].filter((member) => member.release !== undefined)

  /** A clock that was set back takes what is due with it. */
  function now(): number {
    const nowMs = clock.nowMs()
    if (nowMs < lookedMs) dueMs -= lookedMs - nowMs
    lookedMs = nowMs
    return nowMs
  }

  function giveUpSteps(): void {
    steps = []
    isUnderWay = false
  }

  function release(member: Member): void {
    const go = member.release
    member.release = undefined
    go?.()
  }

  function advance(): void {
    timer?.abort()
    timer = undefined
    if (playing && steps.length === 0 && speed === 'max') return waiting().forEach(release)
    if (isAtWork()) return
    if (isUnderWay && hasCome(steps[0]!)) {
      steps.shift()
      isUnderWay = false
      if (steps.length === 0) return change({ playing: false })
    }
    const ready = waiting()
    if (ready.length === 0) return
    if (steps.length > 0) {
      if (!isUnderWay) {
        isUnderWay = true
        turns = 0
        Object.assign(seen, { files: 0, closedWindows: 0, alerts: 0 })
      }
      return takeTurn(ready)
    }
    if (!playing) return
    const waitMs = dueMs - now()
    if (waitMs <= 0) return takeTurn(ready)
    const sleeping = new AbortController()
    timer = sleeping
    clock.sleep(waitMs, sleeping.signal).then(
      () => {
        if (timer !== sleeping) return
        dueMs = -Infinity // Slept it out, whatever the clock says by now.
        advance()
      },
      () => undefined // Another command came first.
    )
  }

  function takeTurn(ready: readonly Member[]): void {
    turns += 1
    const fewest = Math.min(...ready.map((member) => member.filesRead))
    for (const member of ready) if (member.filesRead === fewest) release(member)
  }

  function hasCome(unit: StepUnit): boolean {
    switch (unit) {
      case 'trigger':
        return turns > 0
      case 'file':
        return seen.files > 0
      case 'windowClose':
        return seen.closedWindows > 0
      case 'alert':
        return seen.alerts > 0
    }
  }

  return {
    enter: (query) => void members.set(query, { filesRead: 0, idle: false, release: undefined }),
    turn(query, signal) {
      const member = members.get(query)
      if (!member) throw new Error(`${query} has not entered`)
      return new Promise((resolve, reject) => {
        const stop = () => {
          member.release = undefined
          reject(new Fault('interrupted', 'asked to stop'))
        }
        if (signal.aborted) return stop()
        signal.addEventListener('abort', stop, { once: true })
        member.idle = false
        member.release = () => {
          signal.removeEventListener('abort', stop)
          resolve()
        }
        advance()
      })
    },
    idle(query) {
      const member = members.get(query)
      if (member) member.idle = true
      advance()
    },
    report(query, { files, closedWindows, alerts, maxEventMs }) {
      members.get(query)!.filesRead += files
      seen.files += files
      seen.closedWindows += closedWindows
      seen.alerts += alerts
      if (maxEventMs === undefined || (newestMs !== undefined && maxEventMs <= newestMs)) return
      // Event time goes on at the chosen speed: what a batch brought it on by is waited for after it. Not after a step: that takes no time.
      if (newestMs !== undefined && speed !== 'max' && steps.length === 0) {
        const nowMs = now() // First: it may move what is due.
        dueMs = Math.max(dueMs, nowMs) + Math.min(maxEventMs - newestMs, longestJumpMs) / speed
      }
      newestMs = maxEventMs
    },
    leave(query) {
      members.delete(query)
      advance()
    },
    control(command) {
      if (command.kind === 'step') {
        // What is asked for while there is no data is one step, however often it is asked for.
        if (!isAtWork()) giveUpSteps()
        steps.push(command.unit)
      } else {
        // Steps that have not come to their end are given up by whatever else is asked for.
        if (command.kind !== 'speed') giveUpSteps()
        else dueMs = -Infinity
        change(command.kind === 'speed' ? { speed: command.speed } : { playing: command.kind === 'play' })
      }
      advance()
    }
  }
}
