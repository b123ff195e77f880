/** Where a page may connect to besides its own address. */
export interface PagePolicy {
  /** Of the loopback server's own WebSocket: `ws://host:port`, which not every browser takes for 'self'; several with a space between. */
  readonly socketOrigin?: string
}

/** Headers of every response, whatever it is: pages, workers, files and refusals. */
export function pageHeaders({ socketOrigin }: PagePolicy = {}): Readonly<Record<string, string>> {
  const directives = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${socketOrigin === undefined ? '' : ` ${socketOrigin}`}`,
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'"
  ]
  return {
    'Content-Security-Policy': directives.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': deniedFeatures.map((feature) => `${feature}=()`).join(', ')
  }
}

const deniedFeatures = ['camera', 'microphone', 'geolocation', 'display-capture', 'usb', 'serial', 'hid', 'midi', 'payment', 'publickey-credentials-get', 'screen-wake-lock', 'clipboard-read']
