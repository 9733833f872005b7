import Foundation
import Logging
import Platform
import UpdateModel

/// Writes each entry as one line to standard error, in one call.
struct LineLogHandler: LogHandler {
  let label: String
  let format: LogLine.Format
  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()

  init(label: String, format: LogLine.Format) {
    self.label = label
    self.format = format
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let fields = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
    let line = LogLine(
      time: SystemClock.now().description, level: event.level, label: label, message: event.message.description,
      fields: fields)
    StandardError.write(line.text(format))
  }
}
