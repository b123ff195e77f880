// Tests start the real command line, the real worker and the real page, which are the bundle.
import { bundle, bundlePage } from './bundle.mjs'

export default async function setup() {
  await bundle()
  await bundlePage({ onlyNewer: true })
}
