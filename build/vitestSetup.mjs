// Tests start the real command line and the real worker, which are the bundle.
import { bundle } from './bundle.mjs'

export default bundle
