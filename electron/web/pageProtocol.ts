import { pageHeaders } from './pageHeaders.ts'
import { readPageFile } from './pageFiles.ts'

export const pageScheme = 'contrail'
export const pageOrigin = `${pageScheme}://app`

/** Answers a request of the window for `contrail://app/...`: the built workbench and nothing else. */
export async function answerPage({ url, method }: { readonly url: string; readonly method: string }, pageFolder: string): Promise<Response> {
  const { protocol, host, pathname } = new URL(url)
  if (`${protocol}//${host}` !== pageOrigin) return refusal(403)
  if (method !== 'GET' && method !== 'HEAD') return refusal(405)
  const file = await readPageFile(pageFolder, pathname)
  if (!file) return refusal(404)
  return new Response(method === 'HEAD' ? null : file.bytes, { headers: { ...pageHeaders(), 'Content-Type': file.type, 'Cache-Control': file.cacheControl } })
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { ...pageHeaders(), 'Cache-Control': 'no-store' } })
}
