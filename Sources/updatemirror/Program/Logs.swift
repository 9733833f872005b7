import Logging

/// Logs go to standard error through swift-log, one line each.
enum Logs {
  static func logger(_ label: String, level: String) -> Logger {
    var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Logger.Level(rawValue: level) ?? .info
    return logger
  }
}
