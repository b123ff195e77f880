/** Replaced by the bundler with the version of package.json; the sources themselves run only in tests. */
declare const __CONTRAIL_VERSION__: string | undefined

export const version = typeof __CONTRAIL_VERSION__ === 'string' ? __CONTRAIL_VERSION__ : '0.0.0-source'

/** As gold's commitInfo names its writer. */
export const engineName = `Contrail/${version}`
