/** Names between preload and main. Only `port` and `command` come from main. */
export const channels = {
  connect: 'contrail:connect',
  port: 'contrail:port',
  command: 'contrail:command',
  openFolder: 'contrail:openFolder',
  openFile: 'contrail:openFile',
  saveFile: 'contrail:saveFile',
  setTheme: 'contrail:setTheme',
  setMenu: 'contrail:setMenu'
} as const
