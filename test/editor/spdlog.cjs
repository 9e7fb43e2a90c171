// What VS Code asks of its native logger, @vscode/spdlog: output channels and logs are files that a logger appends to.
const { appendFileSync, mkdirSync } = require('node:fs')
const { dirname } = require('node:path')

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'critical']

const loggerOf = async (_name, file) => {
  mkdirSync(dirname(file), { recursive: true })
  let bare = false
  let least = levels.indexOf('info')
  const line = (level, message) =>
    `${new Date().toISOString().replace('T', ' ').replace('Z', '')} [${level}] ${message}\n`
  const write = level => message => {
    if (levels.indexOf(level) >= least) appendFileSync(file, bare ? message : line(level, message))
  }
  return {
    ...Object.fromEntries(levels.map(level => [level, write(level)])),
    getLevel: () => least,
    setLevel: level => {
      least = level
    },
    setPattern: () => {
      bare = false
    },
    clearFormatters: () => {
      bare = true
    },
    flush: () => {},
    drop: () => {},
  }
}

exports.version = 0
exports.setLevel = () => {}
exports.setFlushOn = () => {}
exports.shutdown = () => {}
exports.createRotatingLogger = loggerOf
exports.createAsyncRotatingLogger = loggerOf
