import type { S3Usage } from '#shared/contract/s3.ts'

/** The threads of a run that read and write its places. */
type Thread = 'engine' | 'whatIf'

/** What the threads of a run have asked S3 for, those that have ended too. */
export interface RunUsage {
  total(): S3Usage
  /** A thread has told what it has asked for since it began. */
  tell(thread: Thread, usage: S3Usage): void
  /** The next one counts from nothing on. */
  end(thread: Thread): void
}

export function openRunUsage(): RunUsage {
  let ended = none
  const running: Record<Thread, S3Usage> = { engine: none, whatIf: none }
  return {
    total: () => sumOf(sumOf(ended, running.engine), running.whatIf),
    tell: (thread, usage) => void (running[thread] = usage),
    end(thread) {
      ended = sumOf(ended, running[thread])
      running[thread] = none
    }
  }
}

const none: S3Usage = { requests: 0, receivedBytes: 0, sentBytes: 0 }

const sumOf = (a: S3Usage, b: S3Usage): S3Usage => ({ requests: a.requests + b.requests, receivedBytes: a.receivedBytes + b.receivedBytes, sentBytes: a.sentBytes + b.sentBytes })
