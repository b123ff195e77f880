import { describe, expect, test } from 'vitest'
import type { Fault } from '#test/support/fakeS3/faults.ts'
import type { RequestMatch } from '#test/support/fakeS3/matching.ts'
import { s3Stories } from '#test/support/s3Story.ts'

const stories = s3Stories()

/** Key of a commit of gold, of an entry of a checkpoint, of silver's data, of silver's log. */
const goldCommit = /lake\/gold\/.*\/_delta_log\/\d{20}\.json$/
const goldData = /lake\/gold\/.*\.parquet$/
const offsets = /lake\/checkpoints\/.*\/offsets\/\d+$/
const commits = /lake\/checkpoints\/.*\/commits\/\d+$/
const state = /lake\/checkpoints\/.*\/state\/\d+$/
const silverData = /lake\/silver\/[^_].*\.parquet$/
const silverCommit = /lake\/silver\/_delta_log\/\d{20}\.json$/

describe('what passes is borne: gold and checkpoints come out as Spark has them, and nobody is troubled', () => {
  const faults: readonly { readonly what: string; readonly on: RequestMatch; readonly times: number; readonly do: Fault }[] = [
    { what: 'the answer to a commit of gold is lost after the commit was made', on: { operation: 'PutObject', key: goldCommit, after: 2 }, times: 1, do: { kind: 'lostResponse' } },
    { what: 'every answer to a commit of gold is lost once', on: { operation: 'PutObject', key: goldCommit, where: everySecond() }, times: 100, do: { kind: 'lostResponse' } },
    { what: 'a commit of gold is told to have conflicted (409)', on: { operation: 'PutObject', key: goldCommit, after: 1 }, times: 3, do: { kind: 'error', code: 'ConditionalRequestConflict' } },
    { what: 'the answer to a commit of gold is an error though it was made', on: { operation: 'PutObject', key: goldCommit, after: 3 }, times: 1, do: { kind: 'error', code: 'InternalError', afterWork: true } },
    { what: 'the answer to a data file of gold is lost', on: { operation: 'PutObject', key: goldData, after: 1 }, times: 1, do: { kind: 'lostResponse' } },
    { what: 'the answers to entries of the checkpoint are lost', on: { operation: 'PutObject', key: offsets, after: 1 }, times: 2, do: { kind: 'lostResponse' } },
    { what: 'the answers to commits of the checkpoint are lost', on: { operation: 'PutObject', key: commits, after: 1 }, times: 2, do: { kind: 'lostResponse' } },
    { what: 'an upload of the state is cut', on: { operation: 'PutObject', key: state, after: 2 }, times: 1, do: { kind: 'cutUpload', afterBytes: 100 } },
    { what: 'the server is unavailable (503) for a burst', on: { after: 20 }, times: 3, do: { kind: 'error', code: 'ServiceUnavailable' } },
    { what: 'the server asks to slow down for a burst', on: { after: 30 }, times: 3, do: { kind: 'error', code: 'SlowDown' } },
    { what: 'connections are reset in mid-body', on: { operation: 'GetObject', key: silverData, where: everySecond() }, times: 100, do: { kind: 'resetMidBody' } },
    { what: 'bodies are truncated', on: { operation: 'GetObject', key: silverData, where: everySecond() }, times: 100, do: { kind: 'truncatedBody' } },
    { what: 'a body stands still', on: { operation: 'GetObject', key: silverData, after: 3 }, times: 2, do: { kind: 'stalledBody' } },
    { what: 'a commit of silver stands still', on: { operation: 'GetObject', key: silverCommit, after: 1 }, times: 1, do: { kind: 'stalledBody' } },
    { what: 'nobody answers', on: { operation: 'GetObject', key: silverData, after: 3 }, times: 1, do: { kind: 'noAnswer' } },
    { what: 'a body is damaged on its way', on: { operation: 'GetObject', key: silverData, where: everySecond() }, times: 100, do: { kind: 'damagedBody' } },
    { what: 'a proxy cuts a body and says so', on: { operation: 'GetObject', key: silverData, where: everySecond() }, times: 100, do: { kind: 'shorterBody' } },
    { what: 'a commit of silver is cut by a proxy', on: { operation: 'GetObject', key: silverCommit, where: everySecond() }, times: 100, do: { kind: 'shorterBody' } },
    { what: 'pages of listings are lost', on: { operation: 'ListObjectsV2', where: (request) => request.query['continuation-token'] !== undefined }, times: 3, do: { kind: 'resetBefore' } },
    { what: 'the connection is reset before anything is heard', on: { after: 15 }, times: 3, do: { kind: 'resetBefore' } },
    { what: 'the disk, or the network, is slow', on: {}, times: 10_000, do: { kind: 'latency', ms: 5 } }
  ]
  test.each(faults)('$what', async ({ what: _what, ...rule }) => {
    const story = await stories.open({ pageSize: 5 })
    story.server.fail(rule)
    const { messages } = await story.run()
    expect(messages).toEqual([])
    expect(story.server.requests.some(({ faults: met }) => met.length > 0)).toBe(true)
    await story.expectWhole()
  })
})

/** Of the requests for a key, the first, the third, ... */
function everySecond(): NonNullable<RequestMatch['where']> {
  const seen = new Map<string, number>()
  return ({ key = '' }) => {
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return count % 2 === 0
  }
}

test('with quarantine, too, a bucket that is gone and credentials that are over set no file aside', async () => {
  for (const fault of [{ kind: 'error', code: 'NoSuchBucket' }, { kind: 'credentialsExpired' }, { kind: 'resetBefore' }] as const) {
    const story = await stories.open()
    const mend = story.server.fail({ on: { operation: ['GetObject', 'ListObjectsV2', 'HeadObject'], key: /silver/, after: 8 }, do: fault })
    const quarantine = { silver: { ...story.pipeline.silver, onBadFile: 'quarantine' as const } }
    const { events, messages } = await story.run({ pipeline: quarantine })
    expect(messages.length).toBeGreaterThan(0)
    expect(events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))).toEqual([])
    mend()
    expect((await story.run({ pipeline: quarantine })).messages).toEqual([])
    await story.expectWhole()
  }
})

describe('what does not pass ends the run in a sentence, with only whole batches in gold; when the cause is gone, the next run comes to the same rows', () => {
  const faults: readonly { readonly what: string; readonly on: RequestMatch; readonly do: Fault; readonly says: RegExp }[] = [
    { what: 'the session of the credentials expires', on: { after: 60 }, do: { kind: 'credentialsExpired' }, says: /^the session of the keys of the test has expired: give new keys, then start again; what is committed stays$/ },
    { what: 'the permission to write gold is lost', on: { operation: 'PutObject', key: goldData, after: 2 }, do: { kind: 'permissionLost' }, says: /^no permission to write s3:\/\/gold\/lake\/gold\/\w+\/part-\S+\.parquet with the keys of the test: they need s3:PutObject; add it to their policy, or use others$/ },
    { what: 'the permission to commit to gold is lost', on: { operation: 'PutObject', key: goldCommit, after: 3 }, do: { kind: 'permissionLost' }, says: /^no permission to write s3:\/\/gold\/lake\/gold\/\w+\/_delta_log\/\d{20}\.json with/ },
    { what: 'the permission to write offsets is lost', on: { operation: 'PutObject', key: offsets, after: 3 }, do: { kind: 'permissionLost' }, says: /^no permission to write s3:\/\/gold\/lake\/checkpoints\/\w+\/offsets\/\d+ with/ },
    { what: 'the permission to write the state is lost', on: { operation: 'PutObject', key: state, after: 3 }, do: { kind: 'permissionLost' }, says: /^no permission to write s3:\/\/gold\/lake\/checkpoints\/\w+\/state\/\d+ with/ },
    { what: 'the permission to write commits is lost', on: { operation: 'PutObject', key: commits, after: 3 }, do: { kind: 'permissionLost' }, says: /^no permission to write s3:\/\/gold\/lake\/checkpoints\/\w+\/commits\/\d+ with/ },
    { what: 'the permission to read silver is lost', on: { operation: 'GetObject', key: silverData, after: 3 }, do: { kind: 'permissionLost' }, says: /^no permission to read s3:\/\/gold\/lake\/silver\/\S+\.parquet with/ },
    { what: 'the bucket becomes read-only', on: { after: 80 }, do: { kind: 'readOnly' }, says: /^no permission to (write|remove) s3:\/\/gold\/lake\// },
    { what: 'the server stays unavailable', on: { after: 60 }, do: { kind: 'error', code: 'ServiceUnavailable' }, says: /^http:\/\/127\.0\.0\.1:\d+ is busy \((ServiceUnavailable|503)\) and could not (read|write|list|remove) s3:\/\/gold\/lake\/\S+ after several tries: wait a little, then try again$/ },
    { what: 'every connection is reset', on: { after: 60 }, do: { kind: 'resetBefore' }, says: /^cannot (read|write|list|remove) s3:\/\/gold\/lake\/\S+: http:\/\/127\.0\.0\.1:\d+ cannot be reached, the connection broke \(\w+\); check the network and the endpoint, then try again$/ },
    { what: 'a body stands still each time', on: { operation: 'GetObject', key: silverData, after: 3 }, do: { kind: 'stalledBody', afterBytes: 0 }, says: /^cannot read s3:\/\/gold\/lake\/silver\/\S+: http:\S+ does not answer, or stopped in the middle; check the network, then try again$/ },
    { what: 'every commit of gold answers with an error though it was made', on: { operation: 'PutObject', key: goldCommit, after: 3 }, do: { kind: 'error', code: 'AccessDenied', afterWork: true }, says: /^no permission to write/ },
    { what: 'the clock of this machine is off', on: { after: 60 }, do: { kind: 'error', code: 'RequestTimeTooSkewed' }, says: /^the clock of this machine is more than 15 minutes off that of http:\S+: set it \(or let the system set it\), then try again$/ },
    { what: 'the bucket is gone', on: { after: 60 }, do: { kind: 'error', code: 'NoSuchBucket' }, says: /^(there is no bucket gold on http:\S+: check its name, and the endpoint if it is not Amazon's|s3:\/\/gold\/lake\/silver has no _delta_log any more: it was removed while it was read, or its disk is gone; restore it, then start again|s3:\/\/gold\/lake\/\S+ .*)$/ },
    { what: 'a data file of silver is gone', on: { operation: 'GetObject', key: silverData, after: 3 }, do: { kind: 'error', code: 'NoSuchKey' }, says: /^s3:\/\/gold\/lake\/silver\/\S+\.parquet \(version \d+\) is not there any more, and this batch needs it \(the table may have been vacuumed\): restore it, or set silver\.onBadFile to "quarantine" to go on without it$/ }
  ]
  test.each(faults)('$what', async ({ what: _what, says, ...rule }) => {
    const story = await stories.open()
    const mend = story.server.fail(rule)
    const { ends, messages } = await story.run()
    expect([...ends.values()].every((end) => end !== undefined)).toBe(true)
    for (const message of messages) expect(message).toMatch(says)
    const { gold, commits: done } = story.progress()
    // A batch is in gold before it is in the checkpoint, and no more than the one that was interrupted.
    gold.forEach((versions, i) => expect([0, 1]).toContain(versions - done[i]!))
    expect(Math.max(...gold)).toBeLessThan(12)
    mend()
    expect((await story.run()).messages).toEqual([])
    await story.expectWhole()
  })
})
