/** A text without what may let somebody in: the user and password of an address, tokens and keys in its query, `key=value` of that kind. */
export function withoutCredentials(text: string): string {
  return withoutUser(text).replaceAll(/\b((?:[\w-]*(?:token|secret|password|passwd|credential|signature|access_?key|api_?key)[\w-]*)\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;]+)/gi, '$1…')
}

/** Addresses without the user and password that stand before their host; what is no address stays as it is. */
export const withoutUser = (text: string): string => text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1…@')
