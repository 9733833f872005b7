import Logging

/// Logs go to standard error through swift-log, one line each (docs/operating.md).
enum Logs {
  static func logger(_ label: String, level: String, format: LogLine.Format = .console) -> Logger {
    var logger = Logger(label: label) { LineLogHandler(label: $0, format: format) }
    logger.logLevel = Logger.Level(rawValue: level) ?? .info
    return logger
  }
}
