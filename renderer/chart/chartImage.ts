import { getInstanceByDom } from 'echarts/core'

/** A chart drawn anew, as fine as `pixelRatio` asks for; undefined where the element holds none. */
export const chartImage = (element: HTMLElement, pixelRatio: number): HTMLCanvasElement | undefined => getInstanceByDom(element)?.renderToCanvas({ pixelRatio, backgroundColor: 'transparent' })
